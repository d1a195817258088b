// The rival of bench/state: the same arithmetic with threads of one process. Arguments: examples, threads, epochs,
// repetitions; prints a line of JSON.
#include "../../func/c/sgd/sgd.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct worker {
  const struct sgd_set *set;
  pthread_barrier_t *barrier;
  int32_t number, workers, epochs;
};

static void *run(void *argument) {
  const struct worker *worker = argument;
  for (int32_t epoch = 0; epoch < worker->epochs; epoch++) {
    sgd_pass(worker->set, worker->number, worker->workers, epoch);
    // As with functions, which are called for one epoch at a time.
    pthread_barrier_wait(worker->barrier);
  }
  return NULL;
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void *array(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (!memory) abort();
  return memory;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const int32_t examples = atoi(argv[1]), threads = atoi(argv[2]), epochs = atoi(argv[3]), rounds = atoi(argv[4]);
  const size_t values = (size_t)sgd_count_values(examples);
  struct sgd_set set = {
      .params = array(1, sizeof(struct sgd_params)),
      .values = array(values, sizeof(float)),
      .features = array(values, sizeof(int32_t)),
      .starts = array((size_t)examples + 1, sizeof(int32_t)),
      .outputs = array((size_t)examples, sizeof(float)),
      .counts = array(SGD_FEATURES, sizeof(int32_t)),
      .weights = array(SGD_FEATURES, sizeof(double)),
  };
  sgd_generate(&set, examples);
  double right;
  printf("{\"ms\":[");
  for (int32_t round = 0; round < rounds; round++) {
    memset(set.weights, 0, SGD_FEATURES * sizeof *set.weights);
    pthread_t ids[threads];
    struct worker workers[threads];
    pthread_barrier_t barrier;
    if (pthread_barrier_init(&barrier, NULL, (unsigned)threads)) abort();
    const double start = now_ms();
    for (int32_t number = 0; number < threads; number++) {
      workers[number] = (struct worker){&set, &barrier, number, threads, epochs};
      if (pthread_create(&ids[number], NULL, run, &workers[number])) abort();
    }
    for (int32_t number = 0; number < threads; number++) pthread_join(ids[number], NULL);
    pthread_barrier_destroy(&barrier);
    printf("%s%.3f", round ? "," : "", now_ms() - start);
  }
  printf("],\"loss\":%.6f", sgd_loss(&set, &right));
  printf(",\"right\":%.4f}\n", right);
  return 0;
}
