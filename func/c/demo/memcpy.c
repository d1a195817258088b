// Copies between buffers that do not overlap, small and large.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void check(size_t size) {
  unsigned char *from = malloc(size + 2), *to = calloc(1, size + 2);
  assert(from && to);
  for (size_t i = 0; i < size + 2; i++) from[i] = (unsigned char)(i * 31 + 7);
  assert(memcpy(to + 1, from + 1, size) == to + 1);
  assert(to[0] == 0 && to[size + 1] == 0);
  for (size_t i = 1; i <= size; i++) assert(to[i] == from[i]);
  free(from);
  free(to);
}

int main(void) {
  const size_t sizes[] = {0, 1, 3, 4, 15, 64, 4095, 65536, 3 * 1000 * 1000};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) check(sizes[i]);
  return 0;
}
