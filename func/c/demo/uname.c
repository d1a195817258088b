// What the system calls itself.
#include <assert.h>
#include <string.h>
#include <sys/utsname.h>

int main(void) {
  struct utsname name;
  assert(uname(&name) == 0);
  assert(strcmp(name.sysname, "wasi") == 0);
  assert(strcmp(name.nodename, "(none)") == 0);
  assert(strcmp(name.release, "0.0.0") == 0);
  assert(strcmp(name.version, "0.0.0") == 0);
  assert(strcmp(name.machine, "wasm32") == 0);
  return 0;
}
