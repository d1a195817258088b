// Input as an array of bytes: doubles each of them.
#include <faasm/faasm.h>
#include <stdlib.h>

int main(void) {
  long size = faasmGetInputSize();
  uint8_t *bytes = malloc((size_t)size + 1);
  uint8_t *doubled = malloc((size_t)size + 1);
  if (!bytes || !doubled) return 1;
  faasmGetInput(bytes, size);
  for (long i = 0; i < size; i++) doubled[i] = (uint8_t)(bytes[i] * 2);
  for (long i = 0; i < size; i++) {
    if ((uint8_t)(doubled[i] - bytes[i]) != bytes[i]) return 1;
  }
  faasmSetOutput("success", 7);
  return 0;
}
