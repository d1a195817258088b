// Input and output as bytes: gives back its input, whatever it holds.
#include <faasm/faasm.h>
#include <stdlib.h>

int main(void) {
  long size = faasmGetInputSize();
  if (size == 0) {
    static const char nothing[] = "Nothing to echo";
    faasmSetOutput(nothing, sizeof nothing - 1);
    return 0;
  }
  uint8_t *bytes = malloc((size_t)size);
  if (!bytes) return 1;
  faasmGetInput(bytes, size);
  faasmSetOutput(bytes, size);
  free(bytes);
  return 0;
}
