// Shared files: faasm://path is kept in the store, for all functions of the user and for later calls.
// With an input, which names a file, outputs what is in it; without one, writes a file, reads it back and removes it.
#include <errno.h>
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const path = "faasm://some_dir/test_file.txt";
static const char *const text = "This is some dummy content";

static int output(const char *name) {
  FILE *file = fopen(name, "r");
  if (!file) {
    printf("Cannot open %s: %s", name, strerror(errno));
    return 1;
  }
  char buffer[4096];
  for (size_t got; (got = fread(buffer, 1, sizeof buffer, file)) > 0;) fwrite(buffer, 1, got, stdout);
  return fclose(file);
}

int main(void) {
  long size = faasmGetInputSize();
  if (size > 0) {
    char *name = calloc((size_t)size + 1, 1);
    faasmGetInput((uint8_t *)name, size);
    return output(name);
  }

  FILE *file = fopen(path, "w");
  // What fclose answers says whether the file has reached the store.
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
    perror(path);
    return 1;
  }
  if (output(path) != 0) return 1;
  if (unlink(path) != 0 || access(path, F_OK) == 0) {
    fprintf(stderr, "%s is still there\n", path);
    return 1;
  }
  return 0;
}
