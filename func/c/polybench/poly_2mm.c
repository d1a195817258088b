// Linear algebra in the manner of PolyBench: D = A * B * C, checked by multiplying with a vector from the other side.
#include <assert.h>
#include <math.h>

enum { SIZE = 160 };
typedef double matrix[SIZE][SIZE];

static void multiply(const matrix left, const matrix right, matrix product) {
  for (int row = 0; row < SIZE; row++) {
    for (int i = 0; i < SIZE; i++) {
      for (int column = 0; column < SIZE; column++) product[row][column] += left[row][i] * right[i][column];
    }
  }
}

static void apply(const matrix left, const double *vector, double *result) {
  for (int row = 0; row < SIZE; row++) {
    result[row] = 0;
    for (int i = 0; i < SIZE; i++) result[row] += left[row][i] * vector[i];
  }
}

int main(void) {
  static matrix a, b, c, ab, d;
  static double ones[SIZE], first[SIZE], second[SIZE], third[SIZE], direct[SIZE];
  for (int row = 0; row < SIZE; row++) {
    ones[row] = 1;
    for (int column = 0; column < SIZE; column++) {
      a[row][column] = (row * column + 1) % SIZE / (double)SIZE;
      b[row][column] = row * (column + 1) % SIZE / (double)SIZE;
      c[row][column] = (row * (column + 3) + 1) % SIZE / (double)SIZE;
    }
  }
  multiply(a, b, ab);
  multiply(ab, c, d);
  apply(d, ones, direct);
  apply(c, ones, first);
  apply(b, first, second);
  apply(a, second, third);
  for (int row = 0; row < SIZE; row++) assert(fabs(direct[row] - third[row]) <= 1e-9 * third[row]);
  return 0;
}
