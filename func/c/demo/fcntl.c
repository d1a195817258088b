// Flags of an open file, and a second descriptor for it.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  int file = open("/etc/hosts", O_RDONLY);
  assert(file >= 0);
  int other = dup(file);
  assert(other >= 0 && other != file);
  char content[32] = "";
  assert(read(other, content, sizeof content) == 20 && strncmp(content, "127.0.0.1", 9) == 0);
  assert((fcntl(other, F_GETFL) & O_ACCMODE) == O_RDONLY);

  int log = open("/tmp/log", O_RDWR | O_CREAT, 0600);
  assert(write(log, "one", 3) == 3 && lseek(log, 0, SEEK_SET) == 0);
  assert(fcntl(log, F_SETFL, O_APPEND) == 0 && (fcntl(log, F_GETFL) & O_APPEND));
  assert(write(log, "two", 3) == 3 && lseek(log, 0, SEEK_SET) == 0);
  memset(content, 0, sizeof content);
  assert(read(log, content, sizeof content) == 6 && strcmp(content, "onetwo") == 0);
  assert(fcntl(77, F_GETFL) == -1 && errno == EBADF);
  return 0;
}
