// Arguments: the words of the call's command line, after the name of the program.
#include <assert.h>
#include <string.h>

int main(int argc, char **argv) {
  static const char *expected[] = {"function.wasm", "alpha", "B_eta", "G$mma", "d3-lt4"};
  assert(argc == 5);
  for (int i = 0; i < argc; i++) assert(strcmp(argv[i], expected[i]) == 0);
  assert(argv[argc] == NULL);
  return 0;
}
