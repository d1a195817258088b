// The time in seconds and microseconds since 1970.
#include <stdio.h>
#include <sys/time.h>

int main(void) {
  struct timeval now;
  if (gettimeofday(&now, NULL) != 0 || now.tv_usec < 0 || now.tv_usec >= 1000000) return 1;
  printf("Seconds: %lld", (long long)now.tv_sec);
  return 0;
}
