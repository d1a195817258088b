// Ends early: exit(0) is success wherever it is called.
#include <stdio.h>
#include <stdlib.h>

static void at_exit(void) { printf("Exit handlers run"); }

static void finish(void) { exit(EXIT_SUCCESS); }

int main(void) {
  atexit(at_exit);
  finish();
  return 1;
}
