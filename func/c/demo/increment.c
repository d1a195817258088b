// A counter in a region: calls that run at the same time count exactly, because they add to the same memory.
#include <faasm/faasm.h>
#include <stdatomic.h>
#include <stdio.h>

int main(void) {
  _Atomic int32_t *counter = (_Atomic int32_t *)faasmReadStatePtr("increment", sizeof(int32_t));
  int32_t value = atomic_fetch_add(counter, 1) + 1;
  faasmPushState("increment");
  printf("Counter: %03d", value);
  return 0;
}
