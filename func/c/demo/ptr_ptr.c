// Pointers to pointers, and to functions: calls through a table.
#include <assert.h>

static void point_to(int **pointer, int *target) { *pointer = target; }

static int twice(int value) { return 2 * value; }
static int squared(int value) { return value * value; }

int main(void) {
  int one = 1, two = 2, *pointer = &one, **outer = &pointer;
  assert(**outer == 1);
  point_to(outer, &two);
  assert(*pointer == 2 && **outer == 2);
  **outer = 3;
  assert(two == 3);

  int (*volatile functions[])(int) = {twice, squared};
  assert(functions[0](5) == 10 && functions[1](5) == 25);
  return 0;
}
