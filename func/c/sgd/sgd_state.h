// The arrays of sgd.h in the state of the user, under the keys that Faasm's SGD uses: the host's own memory, shared by
// all workers on it.
#ifndef SGD_STATE_H
#define SGD_STATE_H

#include "sgd.h"
#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>

#define SGD_PARAMS_KEY "sgd_params"
#define SGD_VALUES_KEY "inputs_vals"
#define SGD_FEATURES_KEY "inputs_innr"
#define SGD_STARTS_KEY "inputs_outr"
#define SGD_OUTPUTS_KEY "outputs"
#define SGD_COUNTS_KEY "feature_counts"
#define SGD_WEIGHTS_KEY "weights"
#define SGD_MASK_KEY "weights_mask"

// An array at key, made of zeros where it is not there. Who changes it says so, and the host needs no copy of it to
// find out.
static inline void *sgd_array(const char *key, long count, size_t size) {
  faasmDeclareState(key);
  return faasmReadStatePtr(key, count * (long)size);
}

// The set, made of zeros for so many examples where it is not there.
static inline struct sgd_set sgd_map(int32_t examples) {
  const long values = sgd_count_values(examples);
  return (struct sgd_set){
      .params = sgd_array(SGD_PARAMS_KEY, 1, sizeof(struct sgd_params)),
      .values = sgd_array(SGD_VALUES_KEY, values, sizeof(float)),
      .features = sgd_array(SGD_FEATURES_KEY, values, sizeof(int32_t)),
      .starts = sgd_array(SGD_STARTS_KEY, examples + 1L, sizeof(int32_t)),
      .outputs = sgd_array(SGD_OUTPUTS_KEY, examples, sizeof(float)),
      .counts = sgd_array(SGD_COUNTS_KEY, SGD_FEATURES, sizeof(int32_t)),
      .weights = sgd_array(SGD_WEIGHTS_KEY, SGD_FEATURES, sizeof(double)),
  };
}

// The set that sgd_generate has made. Fails the call when there is none.
static inline struct sgd_set sgd_open(void) {
  struct sgd_params params;
  if (faasmReadState(SGD_PARAMS_KEY, BYTES(&params), sizeof params) != sizeof params) {
    printf("There is no set of examples: call sgd_generate first.");
    exit(1);
  }
  return sgd_map(params.examples);
}

// Up to `count` numbers of the call's input; those that it does not have keep their values.
static inline void sgd_read_numbers(int32_t *numbers, int count) {
  char text[100] = "";
  faasmGetInput(BYTES(text), sizeof text - 1);
  char *at = text;
  for (int i = 0; i < count; i++) {
    char *end;
    const long number = strtol(at, &end, 10);
    if (end == at) return;
    numbers[i] = (int32_t)number;
    at = end;
  }
}

#endif
