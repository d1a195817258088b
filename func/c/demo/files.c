// Files: writes one to /tmp, reads it back, and lists /etc. What a call writes is gone with it.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
  return strcmp(*(char *const *)left, *(char *const *)right);
}

static int list(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) return -1;
  char *names[64];
  size_t count = 0;
  for (struct dirent *entry; count < 64 && (entry = readdir(dir));) {
    if (entry->d_name[0] != '.') names[count++] = strdup(entry->d_name);
  }
  closedir(dir);
  qsort(names, count, sizeof *names, compare);
  for (size_t i = 0; i < count; i++) printf("%s%s", i ? "," : "", names[i]);
  return 0;
}

int main(void) {
  const char *path = "/tmp/faasm.txt";
  if (fopen(path, "r")) {
    printf("%s is left from an earlier call", path);
    return 1;
  }
  FILE *file = fopen(path, "w");
  if (!file || fputs("I am some test content", file) < 0 || fclose(file) != 0) {
    perror(path);
    return 1;
  }
  char content[64] = "";
  file = fopen(path, "r");
  if (!file || !fgets(content, sizeof content, file) || fclose(file) != 0) {
    perror(path);
    return 1;
  }
  printf("%s: %s\n/etc: ", path, content);
  if (list("/etc") != 0) {
    perror("/etc");
    return 1;
  }
  return 0;
}
