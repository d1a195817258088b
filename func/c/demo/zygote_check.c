// A function initialised once: every call starts from what the zygote left, whatever earlier calls did.
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>

static int global_a;
static int global_b = 2;
static char *allocated;

FAASM_ZYGOTE() {
  global_a = 5;
  global_b += 100;
  allocated = malloc(64);
  if (!allocated) return 1;
  snprintf(allocated, 64, "allocated in the zygote");
  return 0;
}

int main(void) {
  if (global_a != 5 || global_b != 102) return 1;
  printf("Global A = %d, global B = %d, %s", global_a, global_b, allocated);
  // The next call must not see this.
  global_a = -1;
  global_b = -1;
  snprintf(allocated, 64, "changed by a call");
  return 0;
}
