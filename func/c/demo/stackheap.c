// Where things lie: the stack grows down from below the data, and the heap is above both.
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

static int data = 1;

__attribute__((noinline)) static uintptr_t deeper(int levels, volatile char *outer) {
  volatile char frame[1024];
  frame[0] = (char)levels;
  assert((uintptr_t)frame < (uintptr_t)outer);
  uintptr_t deepest = levels > 0 ? deeper(levels - 1, frame) : (uintptr_t)frame;
  assert(frame[0] == (char)levels);
  return deepest;
}

int main(void) {
  volatile char top = 0;
  // The linker gives 64 KiB of stack unless told otherwise.
  uintptr_t deepest = deeper(48, &top);
  assert((uintptr_t)&top - deepest >= 48 * 1024);
  char *block = malloc(1000);
  assert(block && (uintptr_t)&top < (uintptr_t)&data && (uintptr_t)&data < (uintptr_t)block);
  free(block);
  return 0;
}
