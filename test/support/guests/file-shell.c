// Does with files what the lines of its input say, and prints a line for each: what came of it, or the error number.
// An argument in the form %hex is bytes written in hexadecimal.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

// wasi-libc measures paths by their final zero; this one takes their length.
__attribute__((import_module("wasi_snapshot_preview1"), import_name("path_open"))) int
openPath(int fd, int lookup, const char *path, int length, int flags, long long rights, long long inheriting,
         int fdflags, unsigned *result);

extern char **environ;
static char buffer[64 * 1024];
static const char *arg[8];
static size_t length[8];

static void fail(const char *what) { printf("%s failed: %d\n", what, errno); }

static int decode(char *text) {
  size_t size = strlen(text) / 2;
  for (size_t i = 0; i < size; i++) {
    char digits[3] = {text[1 + 2 * i], text[2 + 2 * i], 0};
    text[i] = (char)strtol(digits, NULL, 16);
  }
  text[size] = 0;
  return (int)size;
}

static void readAll(int show) {
  int fd = open(arg[1], O_RDONLY);
  if (fd < 0) return fail("open");
  unsigned long total = 0, sum = 0;
  ssize_t got;
  while ((got = read(fd, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < got; i++) sum += (unsigned char)buffer[i] * (total + (unsigned long)i + 1);
    if (show) fwrite(buffer, 1, (size_t)got, stdout);
    total += (unsigned long)got;
  }
  if (got < 0) return fail("read");
  if (close(fd) < 0) return fail("close");
  if (show) printf(" (%lu)\n", total);
  else printf("%lu bytes, sum %lu\n", total, sum);
}

static int put(int flags) {
  int fd = open(arg[1], flags, 0666);
  if (fd < 0) return fail("open"), -1;
  if (write(fd, arg[2], length[2]) < 0) return fail("write"), close(fd), -1;
  return fd;
}

static void finish(int fd) {
  if (fd < 0) return;
  if (close(fd) < 0) return fail("close");
  puts("done");
}

static void fill(void) {
  int fd = open(arg[1], O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (fd < 0) return fail("open");
  memset(buffer, 'x', sizeof buffer);
  for (long left = atol(arg[2]); left > 0; left -= (long)sizeof buffer) {
    size_t count = left < (long)sizeof buffer ? (size_t)left : sizeof buffer;
    if (write(fd, buffer, count) < 0) {
      fail("write");
      break;
    }
  }
  finish(fd);
}

static void list(void) {
  DIR *dir = opendir(arg[1]);
  if (dir == NULL) return fail("opendir");
  struct dirent *entry;
  const char *separator = "";
  while ((entry = readdir(dir)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    printf("%s%s%s", separator, entry->d_name, entry->d_type == DT_DIR ? "/" : "");
    separator = " ";
  }
  puts("");
  closedir(dir);
}

static void facts(void) {
  struct stat found;
  if (stat(arg[1], &found) < 0) return fail("stat");
  if (S_ISDIR(found.st_mode)) puts("directory");
  else printf("file of %ld, %s\n", (long)found.st_size, found.st_mtim.tv_sec > 1600000000 ? "dated" : "undated");
}

static void answer(int result, const char *what) {
  if (result < 0) fail(what);
  else puts("done");
}

// What WASI answers, without a C library in between: opens with descriptor, path, flags, rights.
static void rawOpen(void) {
  unsigned fd;
  long long rights = strtoll(arg[4], NULL, 0);
  int error = openPath(atoi(arg[1]), 1, arg[2], (int)length[2], atoi(arg[3]), rights, rights, 0, &fd);
  if (error) printf("failed: %d\n", error);
  else printf("descriptor %u\n", fd);
}

static void rawRead(void) {
  __wasi_iovec_t into = {(uint8_t *)buffer, sizeof buffer};
  __wasi_size_t got;
  __wasi_errno_t error = __wasi_fd_read((unsigned)atol(arg[1]), &into, 1, &got);
  if (error) printf("failed: %d\n", error);
  else printf("%.*s (%u)\n", (int)got, buffer, (unsigned)got);
}

// Descriptors that are open, and sockets among them.
static void descriptors(void) {
  for (unsigned fd = 0; fd < 2000; fd++) {
    __wasi_fdstat_t status;
    if (__wasi_fd_fdstat_get(fd, &status) == 0) printf("%u:%d ", fd, status.fs_filetype);
  }
  puts("");
}

static void sockets(void) {
  unsigned fd = (unsigned)atol(arg[1]);
  __wasi_iovec_t into = {(uint8_t *)buffer, 16};
  __wasi_ciovec_t from = {(uint8_t *)buffer, 16};
  __wasi_size_t size;
  __wasi_roflags_t flags;
  __wasi_fd_t accepted;
  printf("%d %d %d %d\n", __wasi_sock_accept(fd, 0, &accepted), __wasi_sock_recv(fd, &into, 1, 0, &size, &flags),
         __wasi_sock_send(fd, &from, 1, 0, &size), __wasi_sock_shutdown(fd, 3));
}

static void run(void) {
  const char *name = arg[0];
#define IS(text) (strcmp(name, text) == 0)
  if (IS("read")) readAll(1);
  else if (IS("sum")) readAll(0);
  else if (IS("write")) finish(put(O_WRONLY | O_CREAT | O_TRUNC));
  else if (IS("append")) finish(put(O_WRONLY | O_CREAT | O_APPEND));
  else if (IS("create")) finish(put(O_WRONLY | O_CREAT | O_EXCL));
  else if (IS("patch")) finish(put(O_RDWR));
  else if (IS("leave")) printf("left %s\n", put(O_WRONLY | O_CREAT | O_TRUNC) < 0 ? "nothing" : "open");
  else if (IS("sync")) { int fd = put(O_WRONLY | O_CREAT | O_TRUNC); if (fd >= 0) answer(fsync(fd), "fsync"); }
  else if (IS("fill")) fill();
  else if (IS("swell")) printf("left %s\n", ftruncate(put(O_RDWR | O_CREAT), atol(arg[2])) < 0 ? "nothing" : "open");
  else if (IS("ls")) list();
  else if (IS("stat")) facts();
  else if (IS("rm")) answer(unlink(arg[1]), "unlink");
  else if (IS("mkdir")) answer(mkdir(arg[1], 0777), "mkdir");
  else if (IS("rmdir")) answer(rmdir(arg[1]), "rmdir");
  else if (IS("mv")) answer(rename(arg[1], arg[2]), "rename");
  else if (IS("ln")) answer(link(arg[1], arg[2]), "link");
  else if (IS("symlink")) answer(symlink(arg[1], arg[2]), "symlink");
  else if (IS("touch")) answer(utimensat(AT_FDCWD, arg[1], NULL, 0), "utimensat");
  else if (IS("stamp")) answer(futimens(open(arg[1], O_RDWR), NULL), "futimens");
  else if (IS("open")) rawOpen();
  else if (IS("fdread")) rawRead();
  else if (IS("renumber")) printf("renumber: %d\n", __wasi_fd_renumber((unsigned)atol(arg[1]), (unsigned)atol(arg[2])));
  else if (IS("descriptors")) descriptors();
  else if (IS("sockets")) sockets();
  else if (IS("env")) for (char **each = environ; *each != NULL; each++) puts(*each);
  else if (IS("args")) puts(arg[1]);
  else if (IS("sleep")) { usleep((useconds_t)atoi(arg[1]) * 1000); puts("slept"); }
  else if (IS("await")) { while (access(arg[1], F_OK) != 0) usleep(5000); puts("there"); }
  else if (IS("exit")) exit(atoi(arg[1]));
  else if (IS("trap")) __builtin_trap();
  else printf("unknown: %s\n", name);
}

int main(void) {
  static char line[16 * 1024];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    memset(arg, 0, sizeof arg);
    memset(length, 0, sizeof length);
    int count = 0;
    for (char *word = strtok(line, " "); word != NULL && count < 8; word = strtok(NULL, " ")) {
      arg[count] = word;
      length[count] = word[0] == '%' ? (size_t)decode(word) : strlen(word);
      count++;
    }
    if (count > 0) run();
    fflush(stdout);
  }
  return 0;
}
