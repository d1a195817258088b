// Two functions share a region while both run: reads the items (input: how many) that `produce` writes to a ring.
#include "ring.h"

int main(void) {
  struct ring_run run;
  struct ring *ring = ring_open(&run);
  uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
  uint64_t sum = 0;
  for (uint32_t index = 0; index < run.items; index++, read++) {
    uint32_t waited_us = 0;
    while (atomic_load_explicit(&ring->written, memory_order_acquire) == read) ring_wait(&waited_us);
    uint32_t item = ring->slots[read % RING_SLOTS];
    if (item != ring_item(index)) {
      printf("Item %u is wrong", index);
      return 1;
    }
    sum += item;
    atomic_store_explicit(&ring->read, read + 1, memory_order_release);
  }
  printf("Consumed %u items, sum %llu", run.items, (unsigned long long)sum);
  return 0;
}
