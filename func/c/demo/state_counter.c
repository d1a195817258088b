// State kept between calls: reads a counter, adds 1, writes it back and pushes it to the other hosts.
// Calls that run at the same time can overwrite each other here; see region.c for a counter they share.
#include <faasm/faasm.h>
#include <stdio.h>

int main(void) {
  int32_t counter = 0;
  faasmReadState("counter", (uint8_t *)&counter, sizeof counter);
  counter++;
  faasmWriteState("counter", (const uint8_t *)&counter, sizeof counter);
  faasmPushState("counter");
  printf("Counter: %03d", counter);
  return 0;
}
