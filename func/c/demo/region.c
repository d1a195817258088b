// One shared region: maps 64 KiB of state and adds 1 to the counter at its start. No output; for benchmarks.
#include <faasm/faasm.h>
#include <stdatomic.h>

int main(void) {
  _Atomic uint32_t *counter = (_Atomic uint32_t *)faasmReadStatePtr("bench-region", 65536);
  atomic_fetch_add(counter, 1);
  return 0;
}
