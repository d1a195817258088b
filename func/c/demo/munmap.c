// Unmapped pages are used by the next map, with zeros in them.
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { LENGTH = 196608, PROTECTION = PROT_READ | PROT_WRITE, FLAGS = MAP_PRIVATE | MAP_ANONYMOUS };

int main(void) {
  unsigned char *first = mmap(NULL, LENGTH, PROTECTION, FLAGS, -1, 0);
  assert(first != MAP_FAILED);
  memset(first, 1, LENGTH);
  assert(munmap(first, LENGTH) == 0);
  for (int i = 0; i < 1000; i++) {
    unsigned char *again = mmap(NULL, LENGTH, PROTECTION, FLAGS, -1, 0);
    assert(again == first && again[0] == 0 && again[LENGTH - 1] == 0);
    again[0] = 1;
    assert(munmap(again, LENGTH) == 0);
  }
  assert(munmap(first + 1, LENGTH) == -1 && errno == EINVAL);
  assert(mmap(NULL, 0, PROTECTION, FLAGS, -1, 0) == MAP_FAILED && errno == EINVAL);
  assert(mmap(first, LENGTH, PROTECTION, FLAGS | MAP_FIXED, -1, 0) == MAP_FAILED && errno == EINVAL);
  return 0;
}
