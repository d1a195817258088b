// The program break: each step returns where the memory ended before, and brings zeros.
#include <assert.h>
#include <stddef.h>
#include <unistd.h>

int main(void) {
  const ptrdiff_t step = 64 * 1024;
  char *start = sbrk(0);
  char *first = sbrk(step);
  char *second = sbrk(step);
  assert(first == start && second == first + step && sbrk(0) == second + step);
  for (ptrdiff_t i = 0; i < 2 * step; i++) assert(first[i] == 0);
  first[0] = 1;
  first[2 * step - 1] = 2;
  assert(first[0] == 1 && first[2 * step - 1] == 2);
  return 0;
}
