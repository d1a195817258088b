// Input as a value of its own type, and as a number.
#include <cstdio>
#include <faasm/input.h>

struct Point {
  int x;
  int y;
};

int main() {
  const auto point = faasm::getTypedInput(Point{3, 4});
  printf("Point (%d, %d)", point.x, point.y);
  return 0;
}
