// Functions with any number of arguments.
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static double sum(const char *types, ...) {
  va_list arguments, again;
  double total = 0;
  va_start(arguments, types);
  va_copy(again, arguments);
  for (; *types; types++) {
    switch (*types) {
      case 'i':
        total += va_arg(arguments, int);
        break;
      case 'l':
        total += (double)va_arg(arguments, long long);
        break;
      default:
        total += va_arg(arguments, double);
    }
  }
  assert(va_arg(again, int) == 1);
  va_end(again);
  va_end(arguments);
  return total;
}

static void format(char *text, size_t size, const char *pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  vsnprintf(text, size, pattern, arguments);
  va_end(arguments);
}

int main(void) {
  assert(sum("idl", 1, 2.5, 4000000000LL) == 4000000003.5);
  char text[32];
  format(text, sizeof text, "%d-%s-%c", 1, "two", '3');
  assert(strcmp(text, "1-two-3") == 0);
  return 0;
}
