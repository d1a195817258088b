// Guest of bench/state: values on their way to the global tier and back. Input: an operation and its numbers; output: a
// line of nanoseconds.
//   push <bytes> <offset> <length> <seed> <declares>    fills a part of the value: time to declare that, and to push it
//   loop <bytes> <length> <times>                       changes, declares and pushes the first so many bytes so often: time of
//                                                       all pushes
//   pull <bytes> <seed>                                 time to pull; fails unless the value is what that seed fills
#include <faasm/faasm.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *KEY = "bench-value";

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static uint32_t word(uint32_t index, uint32_t seed) { return (index + seed) * 2654435761u; }

static uint32_t *value(uint32_t bytes, bool declares) {
  if (declares) faasmDeclareState(KEY);
  return (uint32_t *)faasmReadStatePtr(KEY, bytes);
}

static int push(uint32_t bytes, uint32_t offset, uint32_t length, uint32_t seed, bool declares) {
  uint32_t *words = value(bytes, declares);
  for (uint32_t i = offset / 4; i < (offset + length) / 4; i++) words[i] = word(i, seed);
  const double start = now_ns();
  if (declares) faasmFlagStateOffsetDirty(KEY, bytes, offset, length);
  const double declared = now_ns();
  faasmPushState(KEY);
  printf("%.0f %.0f\n", declared - start, now_ns() - declared);
  return 0;
}

static int loop(uint32_t bytes, uint32_t length, uint32_t times) {
  uint32_t *words = value(bytes, true);
  double total = 0;
  for (uint32_t time = 0; time < times; time++) {
    for (uint32_t i = 0; i < length / 4; i++) words[i] = word(i, time);
    faasmFlagStateOffsetDirty(KEY, bytes, 0, length);
    const double start = now_ns();
    faasmPushState(KEY);
    total += now_ns() - start;
  }
  printf("%.0f\n", total);
  return 0;
}

static int pull(uint32_t bytes, uint32_t seed) {
  const double start = now_ns();
  faasmPullState(KEY, bytes);
  const double end = now_ns();
  const uint32_t *words = value(bytes, true);
  for (uint32_t i = 0; i < bytes / 4; i++) {
    if (words[i] != word(i, seed)) return 1;
  }
  printf("%.0f\n", end - start);
  return 0;
}

int main(void) {
  char text[100] = "", operation[20] = "";
  unsigned numbers[5] = {0};
  faasmGetInput(BYTES(text), sizeof text - 1);
  const int found = sscanf(text, "%19s %u %u %u %u %u", operation, &numbers[0], &numbers[1], &numbers[2], &numbers[3],
                           &numbers[4]);
  if (found == 6 && !strcmp(operation, "push")) {
    return push(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] != 0);
  }
  if (found == 4 && !strcmp(operation, "loop")) return loop(numbers[0], numbers[1], numbers[2]);
  return found == 3 && !strcmp(operation, "pull") ? pull(numbers[0], numbers[1]) : 2;
}
