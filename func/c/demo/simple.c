// Plain control flow without any library: the return value says whether it works.
static int collatz_steps(unsigned long long number) {
  int steps = 0;
  for (; number != 1; steps++) number = number % 2 ? 3 * number + 1 : number / 2;
  return steps;
}

int main(void) {
  volatile unsigned long long start = 27; // or the compiler does the work
  return collatz_steps(start) == 111 ? 0 : 1;
}
