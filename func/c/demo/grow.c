// Heap growth: allocates 256 KiB, touches every page of it, frees it. No output; for benchmarks.
#include <stdlib.h>

int main(void) {
  const size_t size = 256 * 1024;
  // Volatile, or the compiler sees that nothing reads the block and drops it.
  volatile char *block = malloc(size);
  if (!block) return 1;
  for (size_t at = 0; at < size; at += 4096) block[at] = 1;
  free((void *)block);
  return 0;
}
