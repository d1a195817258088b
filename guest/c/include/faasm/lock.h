/* Locks of state keys for C++, held for as long as the object lives. See faasmLockStateRead() and the like. */
#ifndef FAASM_LOCK_H
#define FAASM_LOCK_H

#include <faasm/faasm.h>

namespace faasm {

/* A lock by its two functions; key must live as long. */
template <void (*lock)(const char *), void (*unlock)(const char *)> class StateLock {
public:
  explicit StateLock(const char *key) : key(key) { lock(key); }
  ~StateLock() { unlock(key); }
  StateLock(const StateLock &) = delete;
  StateLock &operator=(const StateLock &) = delete;

private:
  const char *key;
};

/* Other readers of this host may have it, too. */
using StateReadLock = StateLock<faasmLockStateRead, faasmUnlockStateRead>;
/* Nobody else on this host has it. */
using StateWriteLock = StateLock<faasmLockStateWrite, faasmUnlockStateWrite>;
/* Nobody else on any host has it. */
using StateGlobalLock = StateLock<faasmLockStateGlobal, faasmUnlockStateGlobal>;

} // namespace faasm

#endif
