// The size of a value: 0 before there is one.
#include <assert.h>
#include <faasm/faasm.h>
#include <string.h>

int main(void) {
  const char *absent = "state_size_absent", *key = "state_size_example";
  assert(faasmReadStateSize(absent) == 0);
  static const uint8_t value[4] = {0, 1, 2, 3};
  faasmWriteState(key, value, sizeof value);
  assert(faasmReadStateSize(key) == 4);
  uint8_t copy[8] = {9, 9, 9, 9, 9, 9, 9, 9};
  assert(faasmReadState(key, copy, sizeof copy) == 4);
  assert(memcmp(copy, value, 4) == 0 && copy[4] == 9);
  return 0;
}
