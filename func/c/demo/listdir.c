// The names in the directory that the input says, by default the root, sorted.
#include <dirent.h>
#include <faasm/faasm.h>
#include <stdio.h>

int main(void) {
  char path[256] = "/";
  if (faasmGetInputSize() >= (long)sizeof path) return 1;
  faasmGetInput(BYTES(path), sizeof path - 1);
  struct dirent **entries;
  int count = scandir(path, &entries, NULL, alphasort);
  if (count < 0) {
    printf("Cannot list %s", path);
    return 1;
  }
  const char *separator = "";
  for (int i = 0; i < count; i++) {
    if (entries[i]->d_name[0] == '.') continue;
    printf("%s%s", separator, entries[i]->d_name);
    separator = ",";
  }
  return 0;
}
