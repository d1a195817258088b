// Writes a value through a pointer into the state; state_shared_read sees it.
#include <faasm/faasm.h>

enum { SIZE = 7 };

int main(void) {
  const char *key = "state_shared_example";
  uint8_t *first = faasmReadStatePtr(key, SIZE);
  uint8_t *second = faasmReadStatePtr(key, SIZE);
  if (first != second) return 1;
  for (int i = 0; i < SIZE; i++) first[i] = 5;
  faasmPushState(key);
  faasmSetOutput("success", 7);
  return 0;
}
