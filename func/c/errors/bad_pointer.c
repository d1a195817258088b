// An address outside the memory: the host refuses it and ends the call.
#include <faasm/faasm.h>

int main(void) {
  faasmSetOutput((const void *)0xfffffff0u, 64);
  return 0;
}
