// The environment that every function has, and variables of its own.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void expect(const char *name, const char *value) {
  const char *actual = getenv(name);
  assert(actual && strcmp(actual, value) == 0);
}

int main(void) {
  expect("PYTHONNOUSERSITE", "on");
  expect("PYTHONHOME", "/");
  expect("PYTHON_PATH", "/");
  expect("PYTHONWASM", "1");
  expect("PYTHONHASHSEED", "0");
  assert(!getenv("FOOBAR"));
  assert(setenv("FOOBAR", "BAZ", 1) == 0);
  expect("FOOBAR", "BAZ");
  return 0;
}
