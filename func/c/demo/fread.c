// A file read in one piece: what is in /etc/hosts is the output.
#include <stdio.h>

int main(void) {
  char content[64];
  FILE *file = fopen("/etc/hosts", "r");
  if (!file) return 1;
  size_t size = fread(content, 1, sizeof content, file);
  if (size != 20 || !feof(file) || fclose(file) != 0) return 1;
  fwrite(content, 1, size, stdout);
  return 0;
}
