// A counter in the state, by the helpers of faasm/counter.h.
#include <cstdio>
#include <faasm/counter.h>

int main() {
  const int before = faasm::getCounter("stateop");
  const int after = faasm::incrementCounter("stateop");
  printf("%d -> %d", before, after);
  return 0;
}
