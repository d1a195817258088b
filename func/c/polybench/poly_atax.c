// Linear algebra in the manner of PolyBench: y = transposed(A) * (A * x), checked against the sum of y by columns.
#include <assert.h>
#include <math.h>

enum { ROWS = 390, COLUMNS = 410 };

int main(void) {
  static double a[ROWS][COLUMNS], x[COLUMNS], y[COLUMNS], product[ROWS];
  for (int column = 0; column < COLUMNS; column++) x[column] = 1 + column / (double)COLUMNS;
  for (int row = 0; row < ROWS; row++) {
    for (int column = 0; column < COLUMNS; column++) a[row][column] = ((row + column) % COLUMNS) / (5.0 * ROWS);
  }
  double expected = 0;
  for (int row = 0; row < ROWS; row++) {
    double row_sum = 0;
    for (int column = 0; column < COLUMNS; column++) {
      product[row] += a[row][column] * x[column];
      row_sum += a[row][column];
    }
    for (int column = 0; column < COLUMNS; column++) y[column] += a[row][column] * product[row];
    expected += row_sum * product[row];
  }
  double sum = 0;
  for (int column = 0; column < COLUMNS; column++) sum += y[column];
  assert(fabs(sum - expected) < 1e-6 * expected);
  return 0;
}
