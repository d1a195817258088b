// Facts about a file: the same through its name and its descriptor.
#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>

int main(void) {
  struct stat by_name, by_descriptor;
  int file = open("/etc/hosts", O_RDONLY);
  assert(stat("/etc/hosts", &by_name) == 0 && fstat(file, &by_descriptor) == 0);
  assert(by_name.st_dev == by_descriptor.st_dev && by_name.st_ino == by_descriptor.st_ino);
  assert(by_name.st_mode == by_descriptor.st_mode && S_ISREG(by_name.st_mode));
  assert(by_name.st_size == 20 && by_descriptor.st_size == 20);
  assert(by_name.st_nlink == by_descriptor.st_nlink);
  assert(by_name.st_mtim.tv_sec == by_descriptor.st_mtim.tv_sec);
  return 0;
}
