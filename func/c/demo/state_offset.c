// Parts of a value: what two pieces are written over, pushed and pulled, beside what stays.
#include <faasm/faasm.h>
#include <string.h>

enum { SIZE = 7 };

int main(void) {
  const char *key = "state_offset_example";
  static const uint8_t whole[SIZE] = {0, 1, 2, 3, 4, 5, 6};
  static const uint8_t expected[SIZE] = {5, 5, 6, 6, 4, 5, 6};
  faasmWriteState(key, whole, SIZE);
  faasmPushState(key);
  faasmWriteStateOffset(key, SIZE, 0, (const uint8_t *)"\5\5\5", 3);
  faasmWriteStateOffset(key, SIZE, 2, (const uint8_t *)"\6\6", 2);
  faasmPushStatePartial(key);
  faasmPullState(key, SIZE);
  uint8_t value[SIZE], part[3];
  faasmReadState(key, value, SIZE);
  faasmReadStateOffset(key, SIZE, 1, part, 3);
  if (memcmp(value, expected, SIZE) != 0 || memcmp(part, expected + 1, 3) != 0) return 1;
  faasmSetOutput("success", 7);
  return 0;
}
