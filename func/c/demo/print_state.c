// Prints the value at the key `printable`.
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  size_t size = faasmReadStateSize("printable");
  if (size == 0) {
    printf("No value at key printable");
    return 1;
  }
  uint8_t *value = malloc(size);
  if (!value) return 1;
  faasmReadState("printable", value, (long)size);
  fwrite(value, 1, size, stdout);
  free(value);
  return 0;
}
