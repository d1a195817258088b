// Guest of bench/state: what access to state costs. Input: an operation and its numbers; output: nanoseconds, one number
// for each repetition.
//   random <MiB> <accesses> <rounds>    dependent random reads, in private memory and in a region in turn
//   read-pointer | read-copy | write-pointer | write-copy <bytes> <times> <rounds>    all words of a value, so many times
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE_WORDS = 1024 };

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static void fill(uint32_t *words, uint32_t count, uint32_t seed) {
  for (uint32_t i = 0; i < count; i++) words[i] = (i + seed) * 2654435761u;
}

static uint32_t sum(const uint32_t *words, uint32_t count) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; i++) total += words[i];
  return total;
}

// Each address depends on what was read before: nothing can be fetched ahead.
__attribute__((noinline)) static uint32_t chase(const uint32_t *words, uint32_t mask, uint32_t accesses, uint32_t at) {
  for (uint32_t i = 0; i < accesses; i++) at = at * 1664525 + 1013904223 + words[(at >> 7) & mask];
  return at;
}

static double timed_chase(const uint32_t *words, uint32_t mask, uint32_t accesses, uint32_t at, uint32_t *check) {
  const double start = now_ns();
  *check ^= chase(words, mask, accesses, at);
  return now_ns() - start;
}

static int random_reads(uint32_t mebibytes, uint32_t accesses, uint32_t rounds) {
  const uint32_t count = mebibytes * (1u << 18);
  uint32_t *private = malloc(count * sizeof *private);
  faasmDeclareState("bench-random");
  uint32_t *region = (uint32_t *)faasmReadStatePtr("bench-random", (long)(count * sizeof *region));
  if (!private) return 1;
  // Page by page in turn, so that both get the same kind of physical memory: in a virtual machine one part of it may be
  // a quarter slower than another, and who touches 128 MiB first gets one of them for all.
  for (uint32_t page = 0; page < count; page += PAGE_WORDS) {
    fill(private + page, PAGE_WORDS, page);
    fill(region + page, PAGE_WORDS, page);
  }
  uint32_t check = 0;
  for (uint32_t round = 0; round < rounds; round++) {
    // Another way each time, as far as no cache reaches, and the same for both.
    const uint32_t at = round * 2654435761u;
    const double first = timed_chase(round % 2 ? region : private, count - 1, accesses, at, &check);
    const double second = timed_chase(round % 2 ? private : region, count - 1, accesses, at, &check);
    printf("%.0f %.0f\n", round % 2 ? second : first, round % 2 ? first : second);
  }
  return check != 0; // both have read the same
}

static uint32_t access_once(const char *operation, uint32_t *buffer, uint32_t bytes, uint32_t time) {
  const uint32_t count = bytes / sizeof *buffer;
  if (!strcmp(operation, "read-pointer")) return sum((const uint32_t *)faasmReadStatePtr("bench-value", bytes), count);
  if (!strcmp(operation, "read-copy")) {
    faasmReadState("bench-value", BYTES(buffer), bytes);
    return sum(buffer, count);
  }
  if (!strcmp(operation, "write-pointer")) {
    fill((uint32_t *)faasmReadStatePtr("bench-value", bytes), count, time);
    return 1;
  }
  if (strcmp(operation, "write-copy")) exit(2);
  fill(buffer, count, time);
  faasmWriteState("bench-value", BYTES(buffer), bytes);
  return 1;
}

static int accesses(const char *operation, uint32_t bytes, uint32_t times, uint32_t rounds) {
  uint32_t *buffer = malloc(bytes);
  if (!buffer) return 1;
  uint32_t check = 0;
  // The value is made, mapped and fetched, and the code compiled with all care, before anything is measured.
  faasmReadStatePtr("bench-value", bytes);
  const double warm = now_ns() + 3e8;
  for (uint32_t time = 0; time < 3 || now_ns() < warm; time++) check += access_once(operation, buffer, bytes, time);
  for (uint32_t round = 0; round < rounds; round++) {
    const double start = now_ns();
    for (uint32_t time = 0; time < times; time++) check += access_once(operation, buffer, bytes, time);
    printf("%.0f\n", now_ns() - start);
  }
  return check == 12345; // never, but the compiler cannot know
}

int main(void) {
  char text[100] = "", operation[20] = "";
  unsigned numbers[3] = {0};
  faasmGetInput(BYTES(text), sizeof text - 1);
  if (sscanf(text, "%19s %u %u %u", operation, &numbers[0], &numbers[1], &numbers[2]) != 4) return 2;
  if (!strcmp(operation, "random")) return random_reads(numbers[0], numbers[1], numbers[2]);
  return accesses(operation, numbers[0], numbers[1], numbers[2]);
}
