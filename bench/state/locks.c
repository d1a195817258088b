// Guest of bench/state: how locks go from one call to another. Input: an operation and what it needs; output: a line of
// numbers.
//   contend <read | write> <number> <times>    takes the lock of this host so often, beside another call that does the same;
//                                              for each time that it waited for the other: microseconds from its unlocking
//   pair                                       nanoseconds to lock globally, and to unlock
//   hold <ms>                                  has the global lock so long; microseconds of the clock when it unlocks
//   take                                       microseconds of the clock when it has got the global lock
#include <faasm/faasm.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *KEY = "bench-lock", *NOTES_KEY = "bench-notes";

struct notes {
  double left_us; // when the owner began to unlock
  uint32_t owner;
  _Atomic uint32_t arrived;
};

// Comparable between the calls of one host.
static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static struct notes *notes(void) {
  faasmDeclareState(NOTES_KEY);
  return (struct notes *)faasmReadStatePtr(NOTES_KEY, sizeof(struct notes));
}

static void pause_ms(uint32_t ms) {
  nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static int contend(bool writes, uint32_t number, uint32_t times) {
  struct notes *shared = notes();
  for (atomic_fetch_add(&shared->arrived, 1); atomic_load(&shared->arrived) < 2;) pause_ms(1);
  for (uint32_t time = 0; time < times; time++) {
    const double asked_us = now_us();
    if (writes) faasmLockStateWrite(KEY);
    else faasmLockStateRead(KEY);
    // Nobody else is here: there is one reader at most.
    const double got_us = now_us();
    if (shared->owner != number && asked_us < shared->left_us) printf("%.0f\n", got_us - shared->left_us);
    shared->owner = number;
    shared->left_us = now_us();
    if (writes) faasmUnlockStateWrite(KEY);
    else faasmUnlockStateRead(KEY);
  }
  return 0;
}

static int pair(void) {
  const double start = now_us();
  faasmLockStateGlobal(KEY);
  const double locked = now_us();
  faasmUnlockStateGlobal(KEY);
  printf("%.0f %.0f\n", (locked - start) * 1e3, (now_us() - locked) * 1e3);
  return 0;
}

static int hold(uint32_t ms) {
  faasmLockStateGlobal(KEY);
  pause_ms(ms);
  printf("%.0f\n", now_us());
  faasmUnlockStateGlobal(KEY);
  return 0;
}

static int take(void) {
  faasmLockStateGlobal(KEY);
  printf("%.0f\n", now_us());
  faasmUnlockStateGlobal(KEY);
  return 0;
}

int main(void) {
  char text[100] = "", operation[20] = "", mode[20] = "";
  unsigned numbers[2] = {0};
  faasmGetInput(BYTES(text), sizeof text - 1);
  sscanf(text, "%19s", operation);
  if (sscanf(text, "contend %19s %u %u", mode, &numbers[0], &numbers[1]) == 3) {
    return contend(!strcmp(mode, "write"), numbers[0], numbers[1]);
  }
  if (sscanf(text, "hold %u", &numbers[0]) == 1) return hold(numbers[0]);
  if (!strcmp(operation, "pair")) return pair();
  return strcmp(operation, "take") ? 2 : take();
}
