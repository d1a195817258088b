// The standard streams: arguments, environment and input to stdout (the output), a line to stderr (the log).
#include <stdio.h>

extern char **environ;

int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  for (char **variable = environ; *variable; variable++) printf("environment: %s\n", *variable);
  size_t lines = 0;
  char line[256];
  while (fgets(line, sizeof line, stdin)) printf("input %zu: %s", ++lines, line);
  fprintf(stderr, "%zu lines of input\n", lines);
  printf("a float: %.3f", 28.393);
  return 0;
}
