// Logarithms: their sum is the logarithm of the product, and exp undoes them.
#include <assert.h>
#include <math.h>

int main(void) {
  double sum = 0;
  for (int i = 1; i <= 100000; i++) {
    double logarithm = log(i);
    assert(fabs(exp(logarithm) - i) <= 1e-10 * i);
    assert(fabs(log2(i) * M_LN2 - logarithm) <= 1e-10 && fabs(log10(i) * M_LN10 - logarithm) <= 1e-10);
    sum += logarithm;
  }
  assert(fabs(sum - lgamma(100001)) < 1e-4);
  assert(log(0) == -INFINITY && isnan(log(-1)));
  return 0;
}
