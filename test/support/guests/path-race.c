// Two calls that share a path in mapped state: `flip` writes one path and another in turn, `open` opens what it finds
// there, counts what it could read, and says where that was none of the files that it may read.
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

__attribute__((import_module("wasi_snapshot_preview1"), import_name("path_open"))) int
openPath(int fd, int lookup, const char *path, int length, int flags, long long rights, long long inheriting,
         int fdflags, unsigned *result);

enum { LENGTH = 32, READ = 2 };

static long nowMs(void) {
  struct timeval now;
  gettimeofday(&now, NULL);
  return (long)(now.tv_sec % 1000000) * 1000 + now.tv_usec / 1000;
}

// Both have the same length, so that every mixture of them is a path, too.
static const char *const paths[] = {"etc/../etc/../etc/./../etc/hosts", "../../../../../../../etc/passwd_"};
static const char *const sharedPaths[] = {"faasm:/./././././././././own.txt", "faasm:/../../other/../secret.txt"};

int main(void) {
  char input[64] = {0};
  faasmGetInput((uint8_t *)input, sizeof input - 1);
  int flips = strncmp(input, "flip", 4) == 0;
  const char *const *choice = strstr(input, "shared") ? sharedPaths : paths;
  volatile char *path = (volatile char *)faasmReadStatePtr("path", LENGTH);
  long end = nowMs() + 500;
  long opened = 0, refused = 0;
  for (long round = 0; nowMs() < end; round++) {
    if (flips) {
      for (int at = 0; at < LENGTH; at++) path[at] = choice[round % 2][at];
      continue;
    }
    unsigned fd;
    if (openPath(3, 1, (const char *)path, LENGTH, 0, READ, 0, 0, &fd) != 0) {
      refused++;
      continue;
    }
    char text[64] = {0};
    if (read((int)fd, text, sizeof text - 1) < 0) text[0] = 0;
    close((int)fd);
    if (strcmp(text, "127.0.0.1\tlocalhost\n") != 0 && strcmp(text, "own text") != 0) {
      printf("escaped to %s", text);
      return 1;
    }
    opened++;
  }
  printf(flips ? "flipped" : "%s and %s", opened > 0 ? "opened" : "never opened", refused > 0 ? "refused" : "never refused");
  return 0;
}
