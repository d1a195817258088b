// Error numbers of calls that fail.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
  struct stat status;
  errno = 0;
  assert(stat("/no/such/file", &status) == -1 && errno == ENOENT);
  assert(open("/etc", O_WRONLY) == -1 && errno == EISDIR);
  assert(close(77) == -1 && errno == EBADF);
  assert(mkdir("/etc", 0700) == -1 && errno == EEXIST);
  assert(rmdir("/etc/hosts") == -1 && errno == ENOTDIR);
  char byte;
  assert(read(STDOUT_FILENO, &byte, 1) == -1 && errno == EBADF);
  return 0;
}
