// How a function fails: exits with the code in its input, by default 1; anything but 0 is a failed call.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  int code = 1;
  scanf("%d", &code);
  printf("Exiting with %d", code);
  exit(code);
}
