// How good the weights are that sgd_step has found: mean hinge loss, and how many of the examples are told right.
#include "sgd_state.h"

int main(void) {
  const struct sgd_set set = sgd_open();
  double right;
  const double loss = sgd_loss(&set, &right);
  printf("loss %.6f, %.2f %% right", loss, 100 * right);
  return 0;
}
