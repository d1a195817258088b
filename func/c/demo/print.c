// Text on standard output, in several pieces: all of it is the output.
#include <stdio.h>

int main(void) {
  puts("A line");
  fputs("No line end", stdout);
  putchar('\n');
  printf("%s %d %05.2f %x", "formatted", -42, 3.14159, 255u);
  return 0;
}
