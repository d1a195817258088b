// Anonymous maps: ten regions of several pages, each zeroed, aligned, and keeping what is written to it.
#include <assert.h>
#include <faasm/faasm.h>
#include <sys/mman.h>
#include <unistd.h>

enum { REGIONS = 10 };

int main(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), length = 3 * page + 1234;
  unsigned char *regions[REGIONS];
  for (int i = 0; i < REGIONS; i++) {
    regions[i] = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(regions[i] != MAP_FAILED && (uintptr_t)regions[i] % page == 0);
    for (size_t at = 0; at < length; at += 100) {
      assert(regions[i][at] == 0);
      regions[i][at] = (unsigned char)(i + at);
    }
  }
  for (int i = 0; i < REGIONS; i++) {
    for (size_t at = 0; at < length; at += 100) assert(regions[i][at] == (unsigned char)(i + at));
  }
  faasmSetOutput("success", 7);
  return 0;
}
