// More memory than a call may have: malloc answers NULL, and the function can go on.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  volatile size_t size = SIZE_MAX / 2;
  void *volatile block = malloc(size); // volatile, or the compiler takes it for granted
  if (block) return 0;
  printf("No memory for %zu bytes", size);
  return 1;
}
