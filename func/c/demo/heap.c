// A heap that grows to 40 MiB in many blocks, all of them kept, then freed.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 640, SIZE = 64 * 1024 };

int main(void) {
  unsigned char *blocks[BLOCKS];
  for (int i = 0; i < BLOCKS; i++) {
    blocks[i] = malloc(SIZE);
    assert(blocks[i]);
    memset(blocks[i], i % 251, SIZE);
  }
  for (int i = 0; i < BLOCKS; i++) {
    assert(blocks[i][0] == i % 251 && blocks[i][SIZE - 1] == i % 251);
    free(blocks[i]);
  }
  return 0;
}
