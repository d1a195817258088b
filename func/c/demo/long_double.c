// Long doubles have 128 bits, in software.
#include <assert.h>
#include <float.h>
#include <math.h>

int main(void) {
  assert(sizeof(long double) == 16 && LDBL_MANT_DIG == 113);
  volatile long double one = 1.0L, tiny = 0x1p-100L;
  assert(one + tiny != one && (one + tiny) - one == tiny);
  assert((double)one + (double)tiny == (double)one);
  long double third = one / 3.0L;
  assert(fabsl(third - 0.333333333333333333333333333333333333L) < 1e-33L);
  long double root = 1.5L;
  for (int i = 0; i < 6; i++) root = (root + 2.0L / root) / 2.0L;
  assert(fabsl(root * root - 2.0L) < 1e-32L);
  return 0;
}
