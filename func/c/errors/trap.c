// Division by zero: the error of the call names the function that did it.
#include <faasm/faasm.h>
#include <stdio.h>

__attribute__((noinline)) static int divide(int dividend, volatile int *divisor) { return dividend / *divisor; }

int main(void) {
  volatile int divisor = (int)faasmGetInputSize();
  printf("%d", divide(100, &divisor));
  return 0;
}
