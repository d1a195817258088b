// The functions under way, innermost first, in the log.
#include <faasm/faasm.h>

__attribute__((noinline)) static int inner(volatile int *depth) {
  faasmBacktrace(*depth);
  return *depth;
}

__attribute__((noinline)) static int outer(volatile int *depth) { return inner(depth) + 1; }

int main(void) {
  volatile int depth = 3;
  return outer(&depth) == 4 ? 0 : 1;
}
