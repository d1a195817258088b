// Random bytes of the system: different every time.
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  uint8_t first[64] = {0}, second[64] = {0};
  assert(getentropy(first, sizeof first) == 0 && getentropy(second, sizeof second) == 0);
  assert(memcmp(first, second, sizeof first) != 0);
  int distinct = 0;
  for (int value = 0; value < 256; value++) distinct += memchr(first, value, sizeof first) != NULL;
  assert(distinct > 16); // of 64; fewer happen less than once in 10^30 times
  return 0;
}
