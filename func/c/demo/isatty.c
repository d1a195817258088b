// Standard streams are no terminals: C libraries then write whole buffers, one host call for many lines.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int main(void) {
  assert(!isatty(STDIN_FILENO) && !isatty(STDOUT_FILENO) && !isatty(STDERR_FILENO));
  int file = open("/etc/hosts", O_RDONLY);
  assert(file >= 0 && !isatty(file) && errno == ENOTTY);
  assert(!isatty(77) && errno == EBADF);
  return 0;
}
