// Recursion without end: the call is ended by a trap before it can overwrite anything.
#include <stdio.h>

__attribute__((noinline)) static int recurse(volatile char *outer) {
  volatile char frame[512];
  frame[0] = outer[0];
  if (frame[0] != 0) return 0; // never
  return recurse(frame) + frame[0];
}

int main(void) {
  volatile char start = 0;
  printf("%d", recurse(&start));
  return 0;
}
