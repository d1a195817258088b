// The smallest function: what it prints is its output.
#include <stdio.h>

int main(void) {
  printf("Hello Faasm!");
  return 0;
}
