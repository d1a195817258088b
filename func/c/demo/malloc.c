// The allocator uses freed blocks again, small and large, so that the heap does not grow for ever.
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };

// Volatile, or the compiler sees that nothing reads the block and drops it.
static volatile char *allocate(size_t size) {
  volatile char *block = malloc(size);
  assert(block && (uintptr_t)block % 8 == 0);
  block[0] = 1;
  block[size - 1] = 1;
  return block;
}

int main(void) {
  volatile char *first = allocate(100), *second = allocate(100);
  assert(first + 100 <= second || second + 100 <= first);
  free((void *)allocate(30 * MIB));

  const char *end = sbrk(0);
  for (int i = 0; i < 10; i++) free((void *)allocate(30 * MIB));
  for (int i = 0; i < 10000; i++) free((void *)allocate((size_t)i + 1));
  assert(sbrk(0) == end);

  char *grown = realloc((void *)first, 5000);
  assert(grown && grown[0] == 1 && grown[99] == 1 && second[99] == 1);
  free(grown);
  free((void *)second);
  return 0;
}
