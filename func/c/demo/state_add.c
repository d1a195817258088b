// Integers that all hosts add to, and a value that only one of them may set.
#include <assert.h>
#include <faasm/faasm.h>
#include <string.h>

int main(void) {
  const char *key = "state_add_example";
  int64_t before = faasmStateAdd(key, 8, 0, 8);
  assert(faasmStateAdd(key, 8, 5, 8) == before + 5);
  assert(faasmStateAdd(key, 8, -5, 8) == before);
  int32_t zero = 0, one = 1, seen = 0;
  assert(faasmStateCompareAndSet(key, 0, &zero, &one, sizeof one));
  assert(!faasmStateCompareAndSet(key, 0, &zero, &one, sizeof one));
  faasmReadState(key, BYTES(&seen), sizeof seen);
  assert(seen == 1);
  assert(faasmStateCompareAndSet(key, 0, &one, &zero, sizeof zero));
  return 0;
}
