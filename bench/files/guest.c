// Does with files what its first argument says, in a directory or with a file that the second one names, and prints the
// microseconds of CPU of each round, as a JSON array. The third argument is the number of rounds, the fourth that of rounds
// before them that are not counted.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

enum { SMALL = 1000, SMALL_BYTES = 512, ENTRIES = 10000, PIECE = 64 * 1024 };

static char buffer[PIECE];
static char name[512];
static const char *target;

static void check(int good, const char *what) {
  if (good) return;
  perror(what);
  exit(1);
}

// CPU time of the thread: other work of the machine is not counted.
static double nowUs(void) {
  __wasi_timestamp_t now;
  check(__wasi_clock_time_get(__WASI_CLOCKID_THREAD_CPUTIME_ID, 1, &now) == 0, "clock");
  return (double)now / 1e3;
}

static const char *entry(const char *kind, int number) {
  snprintf(name, sizeof name, "%s/%s%d", target, kind, number);
  return name;
}

// 1,000 files written and read again, each opened and closed.
static double smallFiles(int round) {
  double start = nowUs();
  for (int number = 0; number < SMALL; number++) {
    int fd = open(entry("small", number), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    check(fd >= 0 && write(fd, buffer, SMALL_BYTES) == SMALL_BYTES && close(fd) == 0, "write");
  }
  for (int number = 0; number < SMALL; number++) {
    int fd = open(entry("small", number), O_RDONLY);
    check(fd >= 0 && read(fd, buffer, PIECE) == SMALL_BYTES && close(fd) == 0, "read");
  }
  return nowUs() - start;
}

// 1,000 writes to one open file and as many reads.
static double smallPieces(int round) {
  int fd = open(entry("pieces", round), O_RDWR | O_CREAT | O_TRUNC, 0666);
  check(fd >= 0, "open");
  double start = nowUs();
  for (int number = 0; number < SMALL; number++) check(write(fd, buffer, SMALL_BYTES) == SMALL_BYTES, "write");
  check(lseek(fd, 0, SEEK_SET) == 0, "seek");
  for (int number = 0; number < SMALL; number++) check(read(fd, buffer, SMALL_BYTES) == SMALL_BYTES, "read");
  double took = nowUs() - start;
  check(close(fd) == 0 && unlink(name) == 0, "close");
  return took;
}

// A file from its start to its end.
static double sequential(int round) {
  double start = nowUs();
  int fd = open(target, O_RDONLY);
  check(fd >= 0, target);
  long total = 0;
  for (ssize_t got; (got = read(fd, buffer, PIECE)) > 0;) total += got;
  check(close(fd) == 0 && total == 100000000, "size");
  return nowUs() - start;
}

// 10,000 names.
static double listing(int round) {
  static int made = 0;
  if (!made) {
    made = 1;
    check(mkdir(entry("directory", 0), 0777) == 0, name);
    for (int number = 0; number < ENTRIES; number++) {
      int fd = open(entry("directory0/entry", number), O_WRONLY | O_CREAT, 0666);
      check(fd >= 0 && close(fd) == 0, name);
    }
  }
  double start = nowUs();
  DIR *dir = opendir(entry("directory", 0));
  check(dir != NULL, name);
  int count = 0;
  while (readdir(dir) != NULL) count++;
  closedir(dir);
  double took = nowUs() - start;
  check(count == ENTRIES + 2 || count == ENTRIES, "entries");
  return took;
}

int main(int argc, char **argv) {
  check(argc == 5, "arguments");
  target = argv[2];
  double (*work)(int) = strcmp(argv[1], "small-files") == 0    ? smallFiles
                        : strcmp(argv[1], "small-pieces") == 0 ? smallPieces
                        : strcmp(argv[1], "sequential") == 0   ? sequential
                                                               : listing;
  int warmUp = atoi(argv[4]), rounds = atoi(argv[3]) + warmUp;
  for (int round = 0; round < rounds; round++) {
    double took = work(round);
    if (round >= warmUp) printf("%s%.1f", round > warmUp ? "," : "[", took);
  }
  puts("]");
  return 0;
}
