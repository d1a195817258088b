/* A counter in the state of the user, for C++: functions that run at the same time on one host count exactly. */
#ifndef FAASM_COUNTER_H
#define FAASM_COUNTER_H

#include <faasm/faasm.h>

namespace faasm {

/* The counter at key: a key without a value becomes one of 0. */
inline int *counterAt(const char *key) { return reinterpret_cast<int *>(faasmReadStatePtr(key, sizeof(int))); }

/* Sets the counter at key to 0. */
inline void initCounter(const char *key) {
  __atomic_store_n(counterAt(key), 0, __ATOMIC_SEQ_CST);
  faasmPushState(key);
}

/* The counter at key. */
inline int getCounter(const char *key) { return __atomic_load_n(counterAt(key), __ATOMIC_SEQ_CST); }

/* Adds increment to the counter at key; returns what it is then. */
inline int incrementCounter(const char *key, int increment = 1) {
  const int value = __atomic_add_fetch(counterAt(key), increment, __ATOMIC_SEQ_CST);
  faasmPushState(key);
  return value;
}

} // namespace faasm

#endif
