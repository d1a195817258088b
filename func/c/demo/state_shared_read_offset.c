// Reads the chunk that state_shared_write_offset has written, and nothing else of the value.
#include <faasm/faasm.h>
#include <stdio.h>

enum { SIZE = 7, OFFSET = 2, LENGTH = 3 };

int main(void) {
  const uint8_t *chunk = faasmReadStateOffsetPtr("state_shared_offset_example", SIZE, OFFSET, LENGTH);
  for (int i = 0; i < LENGTH; i++) {
    if (chunk[i] == 6 + i) continue;
    fprintf(stderr, "byte %d is %d\n", OFFSET + i, chunk[i]);
    return 1;
  }
  faasmSetOutput("success", 7);
  return 0;
}
