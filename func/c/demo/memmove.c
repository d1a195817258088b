// Copies between ranges that overlap, in both directions.
#include <assert.h>
#include <string.h>

int main(void) {
  char forwards[] = "abcdefghij";
  memmove(forwards + 3, forwards, 7);
  assert(strcmp(forwards, "abcabcdefg") == 0);
  char backwards[] = "abcdefghij";
  memmove(backwards, backwards + 3, 7);
  assert(strcmp(backwards, "defghijhij") == 0);

  static unsigned char large[200 * 1000];
  for (size_t i = 0; i < sizeof large; i++) large[i] = (unsigned char)(i * 13);
  memmove(large + 1, large, sizeof large - 1);
  assert(large[0] == 0);
  for (size_t i = 1; i < sizeof large; i++) assert(large[i] == (unsigned char)((i - 1) * 13));
  return 0;
}
