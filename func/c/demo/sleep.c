// A call that waits: sleeps for as many milliseconds as its input says, by default 100. It holds no thread meanwhile.
#include <stdio.h>
#include <unistd.h>

int main(void) {
  unsigned milliseconds = 100;
  scanf("%u", &milliseconds);
  for (unsigned left = milliseconds; left > 0;) {
    unsigned part = left < 1000 ? left : 1000; // usleep may refuse a second or more
    usleep(part * 1000);
    left -= part;
  }
  printf("Slept %u ms", milliseconds);
  return 0;
}
