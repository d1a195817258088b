// A queue between one producer and one consumer in a state region, shared by produce.c and consume.c.
#ifndef RING_H
#define RING_H

#include <faasm/faasm.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RING_SLOTS = 1024, RING_WAIT_US = 200, RING_PATIENCE_US = 30 * 1000 * 1000 };

// Both counters only ever grow, so a pair of runs that ended well leaves the ring ready for the next pair. They lie in
// cache lines of their own: two threads write them.
struct ring {
  _Alignas(64) _Atomic uint32_t written;
  _Alignas(64) _Atomic uint32_t read;
  _Alignas(64) uint32_t slots[RING_SLOTS];
};

// What a run was asked for: the input is `<items>` or `<items> <key>`.
struct ring_run {
  uint32_t items;
  char key[64];
};

static inline struct ring *ring_open(struct ring_run *run) {
  char input[96] = {0};
  faasmGetInput((uint8_t *)input, sizeof input - 1);
  *run = (struct ring_run){.items = 1000, .key = "demo-ring"};
  sscanf(input, "%u %63s", &run->items, run->key);
  return (struct ring *)faasmReadStatePtr(run->key, sizeof(struct ring));
}

// The item a producer puts in at this place of its run, known to both sides.
static inline uint32_t ring_item(uint32_t index) { return (index + 1) * 2654435761u; }

// Waits a little for the other side. Sleeping lets it run even on the same thread; whoever waits for too long gives up.
static inline void ring_wait(uint32_t *waited_us) {
  if (*waited_us >= RING_PATIENCE_US) {
    printf("The other side did not come");
    exit(1);
  }
  usleep(RING_WAIT_US);
  *waited_us += RING_WAIT_US;
}

#endif
