// A large value without copying: counts the words of the text at a state key (the input; by default `text`).
#include <faasm/faasm.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

// Set of the 64-bit hashes of words, open addressing; 0 marks a free slot.
struct set {
  uint64_t *slots;
  size_t capacity;
  size_t used;
};

static bool set_add(struct set *set, uint64_t hash);

static bool set_grow(struct set *set) {
  struct set bigger = {.capacity = set->capacity ? set->capacity * 2 : 4096};
  bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
  if (!bigger.slots) return false;
  for (size_t i = 0; i < set->capacity; i++) {
    if (set->slots[i]) set_add(&bigger, set->slots[i]);
  }
  free(set->slots);
  *set = bigger;
  return true;
}

static bool set_add(struct set *set, uint64_t hash) {
  if (set->used * 2 >= set->capacity && !set_grow(set)) return false;
  size_t slot = hash & (set->capacity - 1);
  while (set->slots[slot] && set->slots[slot] != hash) slot = (slot + 1) & (set->capacity - 1);
  if (!set->slots[slot]) {
    set->slots[slot] = hash;
    set->used++;
  }
  return true;
}

static bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static void read_key(char *key, size_t capacity) {
  long size = faasmGetInputSize();
  if (size >= (long)capacity) size = (long)capacity - 1;
  faasmGetInput((uint8_t *)key, size);
  key[size] = '\0';
}

int main(void) {
  char key[512] = "text";
  if (faasmGetInputSize() > 0) read_key(key, sizeof key);
  size_t size = faasmReadStateSize(key);
  if (size == 0) {
    printf("No value at key %s", key);
    return 1;
  }
  const uint8_t *text = faasmReadStatePtr(key, 0);

  struct set distinct = {0};
  size_t lines = 0, words = 0;
  for (size_t at = 0; at < size;) {
    if (is_space(text[at])) {
      lines += text[at] == '\n';
      at++;
      continue;
    }
    uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    for (; at < size && !is_space(text[at]); at++) hash = (hash ^ text[at]) * 0x100000001b3;
    words++;
    if (!set_add(&distinct, hash ? hash : 1)) return 1;
  }
  printf("%zu lines, %zu words, %zu bytes, %zu distinct words", lines, words, size, distinct.used);
  return 0;
}
