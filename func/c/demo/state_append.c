// Records appended to a key, read back in order. They are in the global tier: all hosts see one list.
#include <assert.h>
#include <faasm/faasm.h>

enum { FIRST = 100, SECOND = 200 };

static void append(const char *key, int count, uint32_t *sum) {
  for (int i = 0; i < count; i++) {
    uint32_t value = (uint32_t)i * 7 + 1;
    *sum += value;
    faasmAppendState(key, BYTES(&value), sizeof value);
  }
}

static uint32_t appended(const char *key, int count) {
  uint32_t values[FIRST + SECOND] = {0}, sum = 0;
  faasmReadAppendedState(key, BYTES(values), sizeof values, count);
  for (int i = 0; i < count; i++) sum += values[i];
  return sum;
}

int main(void) {
  const char *key = "state_append_example";
  faasmClearAppendedState(key);
  uint32_t sum = 0;
  append(key, FIRST, &sum);
  assert(appended(key, FIRST) == sum);
  append(key, SECOND, &sum);
  assert(appended(key, FIRST + SECOND) == sum);
  faasmClearAppendedState(key);
  assert(appended(key, FIRST) == 0);
  return 0;
}
