// Zeroed memory, also when maps lie between the blocks and when freed blocks are used again.
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ROUNDS = 100, SIZE = 10000 };

static int is_zero(const unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (bytes[i]) return 0;
  }
  return 1;
}

int main(void) {
  unsigned char *blocks[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    blocks[i] = calloc(SIZE, 1);
    assert(blocks[i] && is_zero(blocks[i], SIZE));
    memset(blocks[i], i + 1, SIZE);
    unsigned char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(map != MAP_FAILED && is_zero(map, SIZE));
    memset(map, 0xff, SIZE);
    assert(munmap(map, SIZE) == 0);
  }
  for (int i = 0; i < ROUNDS; i++) {
    for (int at = 0; at < SIZE; at++) assert(blocks[i][at] == i + 1);
    free(blocks[i]);
  }
  unsigned char *again = calloc(SIZE, 1);
  assert(again && is_zero(again, SIZE));
  return 0;
}
