// The working directory: the root, until the function changes it for itself.
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  char path[64];
  assert(getcwd(path, sizeof path) && strcmp(path, "/") == 0);
  assert(chdir("/etc") == 0);
  assert(getcwd(path, sizeof path) && strcmp(path, "/etc") == 0);
  FILE *hosts = fopen("hosts", "r");
  assert(hosts);
  fclose(hosts);
  return 0;
}
