// Descriptors: opening with and without O_CREAT, positions of their own, and one position for two with dup.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void expect(int file, const char *text) {
  char content[32] = "";
  assert(read(file, content, strlen(text)) == (ssize_t)strlen(text) && strcmp(content, text) == 0);
}

int main(void) {
  const char *path = "/tmp/filedescriptor.txt";
  assert(open(path, O_RDWR) == -1 && errno == ENOENT);
  int file = open(path, O_RDWR | O_CREAT, 0600);
  assert(file > 2 && write(file, "0123456789", 10) == 10);
  assert(open(path, O_RDWR | O_CREAT | O_EXCL, 0600) == -1 && errno == EEXIST);

  int own = open(path, O_RDONLY);
  assert(own != file && lseek(file, 4, SEEK_SET) == 4);
  expect(own, "012");
  expect(file, "45");

  int shared = dup(file);
  assert(shared >= 0 && lseek(shared, 0, SEEK_CUR) == 6);
  expect(shared, "6");
  expect(file, "7");
  assert(close(file) == 0 && lseek(shared, -1, SEEK_END) == 9);
  expect(shared, "9");
  assert(write(own, "x", 1) == -1 && errno == EBADF);
  assert(dup(77) == -1 && errno == EBADF);
  assert(ftruncate(shared, 3) == 0 && lseek(shared, 0, SEEK_END) == 3);
  return 0;
}
