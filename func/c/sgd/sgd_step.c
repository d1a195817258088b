// A worker of lock-free parallel SGD: improves the weights in place with its part of the examples. Input: which worker
// it is of how many, the epoch, and for how many epochs ("0 4 2 1"; by default "0 1 0 1"). With a fifth number that is
// not 0 it pushes the weights, for workers on other hosts.
#include "sgd_state.h"

int main(void) {
  int32_t numbers[] = {0, 1, 0, 1, 0};
  sgd_read_numbers(numbers, 5);
  const int32_t worker = numbers[0], workers = numbers[1], first = numbers[2], epochs = numbers[3];
  if (worker < 0 || workers <= worker || first < 0 || epochs < 1) {
    printf("No worker %d of %d from epoch %d on for %d", worker, workers, first, epochs);
    return 1;
  }
  const struct sgd_set set = sgd_open();
  for (int32_t epoch = first; epoch < first + epochs; epoch++) sgd_pass(&set, worker, workers, epoch);
  if (numbers[4]) faasmPushState(SGD_WEIGHTS_KEY);
  printf("worker %d of %d: %d epochs", worker, workers, epochs);
  return 0;
}
