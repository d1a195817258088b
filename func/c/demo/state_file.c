// A value from a file: the state has it at once, here and on all hosts.
#include <assert.h>
#include <faasm/faasm.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const char *key = "state_file_example", *path = "/tmp/state_file.txt";
  static const char text[] = "blah blah foo foo";
  FILE *file = fopen(path, "w");
  assert(file != NULL);
  fputs(text, file);
  fclose(file);
  long size = faasmWriteStateFromFile(key, path);
  assert(size == (long)strlen(text) && faasmReadStateSize(key) == strlen(text));
  char value[sizeof text] = {0};
  faasmReadState(key, BYTES(value), size);
  assert(strcmp(value, text) == 0);
  return 0;
}
