// The host's own files are out of reach: there is no /etc/shadow to be opened.
#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  FILE *file = fopen("/etc/shadow", "r");
  if (file) return 0;
  printf("Cannot open /etc/shadow: %s", strerror(errno));
  return 1;
}
