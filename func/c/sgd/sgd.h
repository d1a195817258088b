// Lock-free parallel stochastic gradient descent (HOGWILD!, Niu et al., 2011) of a sparse support vector machine: the
// arithmetic alone, over arrays that somebody else provides. Workers share the weights and change them without locks:
// each example touches few of them, and what is lost where two meet does not keep the whole from converging.
#ifndef SGD_H
#define SGD_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// As in RCV1: 47,236 features, of which an example has 76 on average (0.16 %).
enum { SGD_FEATURES = 47236, SGD_VALUES_MIN = 38, SGD_VALUES_MAX = 114 };

struct sgd_params {
  int32_t features;
  int32_t examples;
  double learning_rate;
  double decay; // of the learning rate from epoch to epoch
  double regularisation;
};

// Examples one after the other: those of example e are values[starts[e]] to values[starts[e + 1] - 1], for the features
// of the same places, in rising order.
struct sgd_set {
  struct sgd_params *params;
  float *values;
  int32_t *features;
  int32_t *starts;
  float *outputs;  // 1 or -1 for each example
  int32_t *counts; // how many examples have a feature
  double *weights;
};

// Random numbers by counter: the same on every machine, in any order.
static inline uint64_t sgd_hash(uint64_t number) {
  number += 0x9e3779b97f4a7c15;
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
  number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
  return number ^ (number >> 31);
}

static inline double sgd_uniform(uint64_t number) { return (double)(sgd_hash(number) >> 11) * 0x1p-53; }

static inline int32_t sgd_values_of(int32_t example) {
  return SGD_VALUES_MIN + (int32_t)(sgd_hash((uint64_t)example) % (SGD_VALUES_MAX - SGD_VALUES_MIN + 1));
}

// How many values a set of so many examples has.
static inline int32_t sgd_count_values(int32_t examples) {
  int32_t count = 0;
  for (int32_t example = 0; example < examples; example++) count += sgd_values_of(example);
  return count;
}

// Puts feature into the sorted list unless it is there.
static inline bool sgd_insert(int32_t *list, int32_t length, int32_t feature) {
  int32_t at = length;
  while (at > 0 && list[at - 1] >= feature) at--;
  if (at < length && list[at] == feature) return false;
  memmove(list + at + 1, list + at, (size_t)(length - at) * sizeof *list);
  list[at] = feature;
  return true;
}

// Low features are frequent, high ones rare, as words are. Each example has the length 1; its output is that of a
// hidden weight vector, but for one in fifty.
static inline void sgd_generate_example(struct sgd_set *set, int32_t example) {
  const int32_t start = set->starts[example], count = sgd_values_of(example);
  int32_t *features = set->features + start;
  float *values = set->values + start;
  uint64_t random = ((uint64_t)example + 1) << 32;
  for (int32_t length = 0; length < count;) {
    const double u = sgd_uniform(random++);
    length += sgd_insert(features, length, (int32_t)(u * u * u * SGD_FEATURES));
  }
  double squares = 0, hidden = 0;
  for (int32_t i = 0; i < count; i++) {
    const double value = 0.1 + sgd_uniform(random++);
    squares += value * value;
    hidden += value * (sgd_uniform(~(uint64_t)features[i]) - 0.5);
    values[i] = (float)value;
    set->counts[features[i]]++;
  }
  for (int32_t i = 0; i < count; i++) values[i] = (float)(values[i] / sqrt(squares));
  const bool wrong = sgd_hash(random) % 50 == 0;
  set->outputs[example] = (hidden > 0) != wrong ? 1 : -1;
  set->starts[example + 1] = start + count;
}

// Fills a set whose arrays are there, and sets the weights to 0.
static inline void sgd_generate(struct sgd_set *set, int32_t examples) {
  *set->params = (struct sgd_params){SGD_FEATURES, examples, 0.5, 0.97, 1e-4};
  memset(set->counts, 0, SGD_FEATURES * sizeof *set->counts);
  memset(set->weights, 0, SGD_FEATURES * sizeof *set->weights);
  set->starts[0] = 0;
  for (int32_t example = 0; example < examples; example++) sgd_generate_example(set, example);
}

// y times what the weights say of an example: beyond 1 it is right with a margin.
static inline double sgd_margin(const struct sgd_set *set, int32_t example) {
  double sum = 0;
  for (int32_t i = set->starts[example]; i < set->starts[example + 1]; i++) {
    sum += set->values[i] * set->weights[set->features[i]];
  }
  return sum * set->outputs[example];
}

// One step for one example. Only its own features are touched: each takes its share of the regularisation.
static inline void sgd_update(const struct sgd_set *set, int32_t example, double rate) {
  const struct sgd_params *params = set->params;
  const bool learns = sgd_margin(set, example) < 1;
  const double step = learns ? rate * set->outputs[example] : 0;
  const double shrink = rate * params->regularisation * params->examples;
  for (int32_t i = set->starts[example]; i < set->starts[example + 1]; i++) {
    double *weight = &set->weights[set->features[i]];
    *weight += step * set->values[i] - shrink / set->counts[set->features[i]] * *weight;
  }
}

// Where the examples of worker `worker` of `workers` begin; they end where those of the next one begin.
static inline int32_t sgd_first(const struct sgd_set *set, int32_t worker, int32_t workers) {
  return (int32_t)((int64_t)set->params->examples * worker / workers);
}

// The worker's part of one pass over all examples.
static inline void sgd_pass(const struct sgd_set *set, int32_t worker, int32_t workers, int32_t epoch) {
  const double rate = set->params->learning_rate * pow(set->params->decay, epoch);
  const int32_t end = sgd_first(set, worker + 1, workers);
  for (int32_t example = sgd_first(set, worker, workers); example < end; example++) sgd_update(set, example, rate);
}

// Sets the bits of the weights that the worker changes.
static inline void sgd_mark(const struct sgd_set *set, int32_t worker, int32_t workers, uint64_t *mask) {
  const int32_t end = set->starts[sgd_first(set, worker + 1, workers)];
  for (int32_t i = set->starts[sgd_first(set, worker, workers)]; i < end; i++) mask[set->features[i]] = ~(uint64_t)0;
}

// Mean hinge loss with the regularisation; `right` gets the share of examples on their side.
static inline double sgd_loss(const struct sgd_set *set, double *right) {
  const struct sgd_params *params = set->params;
  double loss = 0, squares = 0;
  int32_t correct = 0;
  for (int32_t example = 0; example < params->examples; example++) {
    const double margin = sgd_margin(set, example);
    loss += margin < 1 ? 1 - margin : 0;
    correct += margin > 0;
  }
  for (int32_t feature = 0; feature < params->features; feature++) {
    squares += set->weights[feature] * set->weights[feature];
  }
  *right = (double)correct / params->examples;
  return loss / params->examples + params->regularisation / 2 * squares;
}

#endif
