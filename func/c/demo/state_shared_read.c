// Reads what state_shared_write has written, through a pointer of its own.
#include <faasm/faasm.h>
#include <stdio.h>

enum { SIZE = 7 };

int main(void) {
  const char *key = "state_shared_example";
  size_t size = faasmReadStateSize(key);
  if (size != SIZE) {
    fprintf(stderr, "expected %d bytes but there are %zu\n", SIZE, size);
    return 1;
  }
  const uint8_t *value = faasmReadStatePtr(key, SIZE);
  for (int i = 0; i < SIZE; i++) {
    if (value[i] != 5) return 1;
  }
  faasmSetOutput("success", 7);
  return 0;
}
