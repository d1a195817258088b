// Plain computation: the Fibonacci number of its input, by default 4, the slow way.
#include <stdio.h>

static unsigned fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

int main(void) {
  unsigned n = 4;
  scanf("%u", &n);
  printf("Fibonacci %u = %u", n, fibonacci(n));
  return 0;
}
