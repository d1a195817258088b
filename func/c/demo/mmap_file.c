// A file as memory.
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  int file = open("/etc/hosts", O_RDONLY);
  struct stat status;
  assert(file >= 0 && fstat(file, &status) == 0 && status.st_size == 20);
  const char *map = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  assert(map != MAP_FAILED);
  assert(memcmp(map, "127.0.0.1", 9) == 0 && map[19] == '\n' && map[20] == '\0');
  const char *part = mmap(NULL, 100, PROT_READ, MAP_PRIVATE, file, 10);
  assert(part != MAP_FAILED && strcmp(part, "localhost\n") == 0);
  close(file);
  assert(mmap(NULL, 20, PROT_READ, MAP_PRIVATE, file, 0) == MAP_FAILED);
  return 0;
}
