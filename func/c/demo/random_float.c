// Pseudo-random numbers in [0, 1), repeatable by their seed.
#include <assert.h>
#include <stdlib.h>

int main(void) {
  enum { COUNT = 10000 };
  double sum = 0;
  srand48(42);
  double first = drand48();
  for (int i = 0; i < COUNT; i++) {
    double number = drand48();
    assert(number >= 0 && number < 1);
    sum += number;
  }
  assert(sum > 0.45 * COUNT && sum < 0.55 * COUNT);
  srand48(42);
  assert(drand48() == first);
  return 0;
}
