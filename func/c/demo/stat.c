// Files, directories and links: their types and sizes.
#include <assert.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  struct stat status;
  assert(stat("/", &status) == 0 && S_ISDIR(status.st_mode));
  int file = open("/tmp/stat.txt", O_WRONLY | O_CREAT, 0600);
  assert(write(file, "12345", 5) == 5 && close(file) == 0);
  assert(stat("/tmp/stat.txt", &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 5);
  assert(symlink("stat.txt", "/tmp/link") == 0);
  assert(lstat("/tmp/link", &status) == 0 && S_ISLNK(status.st_mode));
  assert(stat("/tmp/link", &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 5);
  assert(fstat(STDOUT_FILENO, &status) == 0 && !S_ISREG(status.st_mode));
  return 0;
}
