// A function that sets its output: what it prints goes to the log.
#include <faasm/faasm.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  char input[32] = "";
  faasmGetInput(BYTES(input), sizeof input - 1);
  printf("Input value = %s\n", input);
  printf("i=%d s=%s f=%.2f\n", 7, "8", 7.89);
  printf("FloatA=%.3f FloatB=%.3f\n", 28.393, 181.493);
  fprintf(stdout, "Out: %s\n", "I am output");
  fputs("Unformatted output\n", stdout);
  fflush(stdout);
  static const char output[] = "Normal Faasm output";
  faasmSetOutput(output, sizeof output - 1);
  return 0;
}
