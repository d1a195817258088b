// A stencil in the manner of PolyBench: the mean of neighbours over and over comes to a straight line between the ends.
#include <assert.h>
#include <math.h>
#include <string.h>

enum { SIZE = 100, STEPS = 50 * 1000 };

int main(void) {
  static double now[SIZE], next[SIZE];
  for (int i = 0; i < SIZE; i++) now[i] = next[i] = i * i % 17;
  now[0] = next[0] = 2;
  now[SIZE - 1] = next[SIZE - 1] = 101;
  for (int step = 0; step < STEPS; step++) {
    for (int i = 1; i < SIZE - 1; i++) next[i] = (now[i - 1] + now[i] + now[i + 1]) / 3;
    memcpy(now, next, sizeof now);
  }
  for (int i = 0; i < SIZE; i++) assert(fabs(now[i] - (2 + i)) < 1e-4);
  return 0;
}
