// Gives up: abort() fails the call, whatever it has written so far.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  printf("About to abort");
  fflush(stdout);
  abort();
}
