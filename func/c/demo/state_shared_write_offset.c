// Writes a chunk of a value through a pointer into its middle; state_shared_read_offset sees it.
#include <faasm/faasm.h>

enum { SIZE = 7, OFFSET = 2, LENGTH = 3 };

int main(void) {
  const char *key = "state_shared_offset_example";
  uint8_t *whole = faasmReadStatePtr(key, SIZE);
  uint8_t *chunk = faasmReadStateOffsetPtr(key, SIZE, OFFSET, LENGTH);
  // Both are the same memory.
  if (chunk != whole + OFFSET) return 1;
  for (int i = 0; i < LENGTH; i++) chunk[i] = (uint8_t)(6 + i);
  faasmFlagStateOffsetDirty(key, SIZE, OFFSET, LENGTH);
  faasmPushStatePartial(key);
  faasmSetOutput("success", 7);
  return 0;
}
