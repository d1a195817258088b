// Files by name: written, read line by line, renamed, asked for, removed.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  const char *path = "/tmp/file.txt", *renamed = "/tmp/renamed.txt";
  FILE *file = fopen(path, "w");
  assert(file && fputs("first line\nsecond line\n", file) >= 0 && fclose(file) == 0);
  assert(rename(path, renamed) == 0);
  assert(access(path, F_OK) == -1 && errno == ENOENT && access(renamed, R_OK | W_OK) == 0);

  char line[32];
  file = fopen(renamed, "r");
  assert(file && fgets(line, sizeof line, file) && strcmp(line, "first line\n") == 0);
  assert(fgets(line, sizeof line, file) && strcmp(line, "second line\n") == 0);
  assert(!fgets(line, sizeof line, file) && feof(file) && fclose(file) == 0);
  assert(remove(renamed) == 0 && access(renamed, F_OK) == -1);
  return 0;
}
