// A function in C++ as one starts from: `sum` numbers of its input with the helpers of faasm/input.h, no C++ library.
#include <cstdio>
#include <faasm/input.h>

int main() {
  const char *input = faasm::getStringInput("1 2 3");
  const int *numbers = faasm::parseStringToIntArray(input, 3);
  if (numbers == nullptr) {
    printf("Three numbers, please, not %s", input);
    return 1;
  }
  printf("Sum: %d", numbers[0] + numbers[1] + numbers[2]);
  return 0;
}
