// Options of the command line: `-a -b value rest` and the like.
#include <assert.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int all = 0, option;
  const char *name = NULL;
  while ((option = getopt(argc, argv, "ab:")) != -1) {
    switch (option) {
      case 'a':
        all = 1;
        break;
      case 'b':
        name = optarg;
        break;
      default:
        return 1;
    }
  }
  assert(all && name && strcmp(name, "value") == 0);
  assert(optind == argc - 1 && strcmp(argv[optind], "rest") == 0);
  return 0;
}
