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

// The set, made of zeros for so many examples where it is not there.
static inline struct sgd_set sgd_map(int32_t examples) {
  const long values = sgd_count_values(examples);
  return (struct sgd_set){
      .params = (struct sgd_params *)faasmReadStatePtr(SGD_PARAMS_KEY, sizeof(struct sgd_params)),
      .values = (float *)faasmReadStatePtr(SGD_VALUES_KEY, values * (long)sizeof(float)),
      .features = (int32_t *)faasmReadStatePtr(SGD_FEATURES_KEY, values * (long)sizeof(int32_t)),
      .starts = (int32_t *)faasmReadStatePtr(SGD_STARTS_KEY, (examples + 1L) * (long)sizeof(int32_t)),
      .outputs = (float *)faasmReadStatePtr(SGD_OUTPUTS_KEY, examples * (long)sizeof(float)),
      .counts = (int32_t *)faasmReadStatePtr(SGD_COUNTS_KEY, SGD_FEATURES * (long)sizeof(int32_t)),
      .weights = (double *)faasmReadStatePtr(SGD_WEIGHTS_KEY, SGD_FEATURES * (long)sizeof(double)),
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
