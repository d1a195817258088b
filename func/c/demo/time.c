// The time in seconds since 1970.
#include <stdio.h>
#include <time.h>

int main(void) {
  printf("Seconds: %lld", (long long)time(NULL));
  return 0;
}
