// Standard error is the log of the call, not its output.
#include <stdio.h>
#include <unistd.h>

int main(void) {
  fprintf(stderr, "stdin=%d  stdout=%d  stderr=%d\n", STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  fputs("This is for stderr\n", stderr);
  fputc('\n', stderr);
  return 0;
}
