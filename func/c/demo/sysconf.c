// Facts about the system: one processor, pages of 64 KiB.
#include <assert.h>
#include <unistd.h>

int main(void) {
  assert(sysconf(_SC_NPROCESSORS_ONLN) == 1);
  assert(sysconf(_SC_PAGESIZE) == 65536);
  return 0;
}
