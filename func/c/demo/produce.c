// Two functions share a region while both run: writes items (input: how many) for `consume` to a ring.
#include "ring.h"

int main(void) {
  struct ring_run run;
  struct ring *ring = ring_open(&run);
  uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
  uint64_t sum = 0;
  for (uint32_t index = 0; index < run.items; index++, written++) {
    uint32_t waited_us = 0;
    while (written - atomic_load_explicit(&ring->read, memory_order_acquire) == RING_SLOTS) ring_wait(&waited_us);
    uint32_t item = ring_item(index);
    ring->slots[written % RING_SLOTS] = item;
    sum += item;
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
  }
  printf("Produced %u items, sum %llu", run.items, (unsigned long long)sum);
  return 0;
}
