// A worker of lock-free parallel SGD: improves the weights in place with its part of the examples. Input: which worker
// it is of how many, the epoch, and for how many epochs ("0 4 2 1"; by default "0 1 0 1"). With a fifth number that is
// not 0 there are workers on other hosts: it pulls the weights first and pushes them afterwards.
#include "sgd_state.h"

// Sends the weights that the worker has touched, each as a whole: the bytes of a number that two hosts have changed must
// not be mixed.
static void push_touched(const struct sgd_set *set, int32_t worker, int32_t workers) {
  uint64_t *mask = sgd_array(SGD_MASK_KEY, SGD_FEATURES, sizeof *mask);
  sgd_mark(set, worker, workers, mask);
  faasmFlagStateDirty(SGD_MASK_KEY, 0);
  faasmPushStatePartialMask(SGD_WEIGHTS_KEY, SGD_MASK_KEY);
}

int main(void) {
  int32_t numbers[] = {0, 1, 0, 1, 0};
  sgd_read_numbers(numbers, 5);
  const int32_t worker = numbers[0], workers = numbers[1], first = numbers[2], epochs = numbers[3];
  if (worker < 0 || workers <= worker || first < 0 || epochs < 1) {
    printf("No worker %d of %d from epoch %d on for %d", worker, workers, first, epochs);
    return 1;
  }
  if (numbers[4]) faasmPullState(SGD_WEIGHTS_KEY, 0);
  const struct sgd_set set = sgd_open();
  for (int32_t epoch = first; epoch < first + epochs; epoch++) sgd_pass(&set, worker, workers, epoch);
  if (numbers[4]) push_touched(&set, worker, workers);
  else faasmFlagStateDirty(SGD_WEIGHTS_KEY, 0);
  printf("worker %d of %d: %d epochs", worker, workers, epochs);
  return 0;
}
