// A long floating-point loop: the alternating series of pi / 4.
#include <assert.h>
#include <math.h>

int main(void) {
  const int terms = 20 * 1000 * 1000;
  double sum = 0, sign = 1;
  for (int i = 0; i < terms; i++, sign = -sign) sum += sign / (2.0 * i + 1);
  assert(fabs(4 * sum - M_PI) < 1e-6);
  return 0;
}
