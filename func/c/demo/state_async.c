// A value is the same on this host before and after it is pushed to the others.
#include <faasm/faasm.h>
#include <string.h>

int main(void) {
  const char *key = "state_async_example";
  static const uint8_t value[4] = {3, 2, 1, 0};
  faasmWriteState(key, value, sizeof value);
  uint8_t before[4] = {0}, after[4] = {0};
  faasmReadState(key, before, sizeof before);
  faasmPushState(key);
  faasmReadState(key, after, sizeof after);
  const char *output = memcmp(before, after, 4) == 0 && memcmp(after, value, 4) == 0 ? "equal" : "not equal!";
  faasmSetOutput(output, (long)strlen(output));
  return 0;
}
