// Clocks advance: the wall clock and the monotonic one while the call sleeps, CPU time while it computes.
#include <assert.h>
#include <time.h>
#include <unistd.h>

static long long now(clockid_t clock) {
  struct timespec time;
  assert(clock_gettime(clock, &time) == 0);
  assert(time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  long long wall = now(CLOCK_REALTIME), monotonic = now(CLOCK_MONOTONIC);
  usleep(2000);
  assert(now(CLOCK_REALTIME) > wall);
  assert(now(CLOCK_MONOTONIC) >= monotonic + 2000 * 1000);

  clock_t start = clock();
  volatile unsigned work = 0;
  while (clock() == start) work++;
  assert(clock() > start);
  return 0;
}
