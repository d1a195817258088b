// Input with characters that mean something in URLs arrives as it was sent.
#include <faasm/faasm.h>
#include <string.h>

int main(void) {
  static const char expected[] = "http://www.foobar.com";
  char input[64] = "";
  if (faasmGetInputSize() != (long)strlen(expected)) return 1;
  faasmGetInput(BYTES(input), sizeof input);
  return strcmp(input, expected) == 0 ? 0 : 1;
}
