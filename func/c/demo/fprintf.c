// Formatted text in a file, read back with the same formats.
#include <assert.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  FILE *file = fopen("/tmp/fprintf.txt", "w+");
  assert(file && fprintf(file, "%d %s %.3f\n", 42, "words", 2.5) == 15);
  rewind(file);
  int number;
  char word[16];
  double fraction;
  assert(fscanf(file, "%d %15s %lf", &number, word, &fraction) == 3);
  assert(number == 42 && strcmp(word, "words") == 0 && fraction == 2.5);
  return fclose(file);
}
