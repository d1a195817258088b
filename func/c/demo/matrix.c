// Matrices: a product with the inverse is the identity.
#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { SIZE = 64 };
typedef double matrix[SIZE][SIZE];

static void multiply(const matrix left, const matrix right, matrix product) {
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      double sum = 0;
      for (int i = 0; i < SIZE; i++) sum += left[row][i] * right[i][column];
      product[row][column] = sum;
    }
  }
}

// Gauss-Jordan elimination; the diagonal dominates, so no rows need to change places.
static void invert(matrix from, matrix inverse) {
  for (int pivot = 0; pivot < SIZE; pivot++) {
    double scale = 1 / from[pivot][pivot];
    for (int i = 0; i < SIZE; i++) {
      from[pivot][i] *= scale;
      inverse[pivot][i] *= scale;
    }
    for (int row = 0; row < SIZE; row++) {
      double factor = row == pivot ? 0 : from[row][pivot];
      for (int i = 0; i < SIZE; i++) {
        from[row][i] -= factor * from[pivot][i];
        inverse[row][i] -= factor * inverse[pivot][i];
      }
    }
  }
}

int main(void) {
  static matrix original, work, inverse, product;
  srand(7);
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) {
      original[row][column] = rand() / (double)RAND_MAX + (row == column ? SIZE : 0);
      work[row][column] = original[row][column];
      inverse[row][column] = row == column;
    }
  }
  invert(work, inverse);
  multiply(original, inverse, product);
  for (int row = 0; row < SIZE; row++) {
    for (int column = 0; column < SIZE; column++) assert(fabs(product[row][column] - (row == column)) < 1e-12);
  }
  return 0;
}
