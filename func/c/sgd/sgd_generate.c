// Makes a sparse set of examples like RCV1 in state (the input: how many; 1000 by default), for sgd_step and sgd_loss.
#include "sgd_state.h"

int main(void) {
  int32_t examples = 1000;
  sgd_read_numbers(&examples, 1);
  if (examples < 1 || examples > 10000000) {
    printf("%d examples: use 1 to 10000000", examples);
    return 1;
  }
  struct sgd_set set = sgd_map(examples);
  sgd_generate(&set, examples);
  const char *keys[] = {SGD_PARAMS_KEY,  SGD_VALUES_KEY, SGD_FEATURES_KEY, SGD_STARTS_KEY,
                        SGD_OUTPUTS_KEY, SGD_COUNTS_KEY, SGD_WEIGHTS_KEY};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    faasmFlagStateDirty(keys[i], 0);
    faasmPushState(keys[i]);
  }
  const int32_t values = set.starts[examples];
  printf("%d examples, %d features, %d values, %.3f %%", examples, SGD_FEATURES, values,
         100.0 * values / examples / SGD_FEATURES);
  return 0;
}
