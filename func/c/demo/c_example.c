// A function as one starts from: reads its input, writes its output, and logs to standard error.
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  long size = faasmGetInputSize();
  if (size == 0) {
    static const char nothing[] = "Nothing to echo";
    faasmSetOutput(nothing, sizeof nothing - 1);
    return 0;
  }
  uint8_t *input = malloc((size_t)size);
  if (!input) return 1;
  faasmGetInput(input, size);
  fprintf(stderr, "got %ld bytes\n", size);
  faasmSetOutput(input, size);
  free(input);
  return 0;
}
