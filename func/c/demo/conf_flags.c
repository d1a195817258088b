// Flags of the host: one is always on, one always off, and what does not exist is off.
#include <assert.h>
#include <faasm/faasm.h>

int main(void) {
  assert(getConfFlag("ALWAYS_ON") == 1);
  assert(getConfFlag("ALWAYS_OFF") == 0);
  assert(getConfFlag("NO_SUCH_FLAG") == 0);
  return 0;
}
