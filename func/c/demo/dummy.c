// An output set in one piece.
#include <faasm/faasm.h>

int main(void) {
  faasmSetOutput("dummy", 5);
  return 0;
}
