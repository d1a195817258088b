/*
 * Faasm guest SDK for C and C++. Header-only: every wrapper is inline, so a module imports only the host functions it
 * calls. Names and types are those of Faasm's own `faasm/core.h`; pointers and lengths are 32 bits in the guest.
 */
#ifndef FAASM_FAASM_H
#define FAASM_FAASM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define FAASM_NO_ARGUMENTS
#else
#define FAASM_NO_ARGUMENTS void
#endif

#define FAASM_IMPORT(name) __attribute__((import_module("env"), import_name(name)))

FAASM_IMPORT("__faasm_read_input") int32_t __faasm_read_input(void *buffer, int32_t length);
FAASM_IMPORT("__faasm_write_output") void __faasm_write_output(const void *output, int32_t length);
FAASM_IMPORT("__faasm_read_state") int32_t __faasm_read_state(const char *key, void *buffer, int32_t length);
FAASM_IMPORT("__faasm_read_state_ptr") void *__faasm_read_state_ptr(const char *key, int32_t length);
FAASM_IMPORT("__faasm_write_state") void __faasm_write_state(const char *key, const void *data, int32_t length);
FAASM_IMPORT("__faasm_read_state_offset")
void __faasm_read_state_offset(const char *key, int32_t total, int32_t offset, void *buffer, int32_t length);
FAASM_IMPORT("__faasm_read_state_offset_ptr")
void *__faasm_read_state_offset_ptr(const char *key, int32_t total, int32_t offset, int32_t length);
FAASM_IMPORT("__faasm_write_state_offset")
void __faasm_write_state_offset(const char *key, int32_t total, int32_t offset, const void *data, int32_t length);
FAASM_IMPORT("__faasm_write_state_from_file")
int32_t __faasm_write_state_from_file(const char *key, const char *path);
FAASM_IMPORT("__faasm_flag_state_dirty") void __faasm_flag_state_dirty(const char *key, int32_t total);
FAASM_IMPORT("__faasm_flag_state_offset_dirty")
void __faasm_flag_state_offset_dirty(const char *key, int32_t total, int32_t offset, int32_t length);
FAASM_IMPORT("__faasm_push_state") void __faasm_push_state(const char *key);
FAASM_IMPORT("__faasm_push_state_partial") void __faasm_push_state_partial(const char *key);
FAASM_IMPORT("__faasm_push_state_partial_mask") void __faasm_push_state_partial_mask(const char *key, const char *mask);
FAASM_IMPORT("__faasm_pull_state") void __faasm_pull_state(const char *key, int32_t length);
FAASM_IMPORT("__faasm_append_state") void __faasm_append_state(const char *key, const void *data, int32_t length);
FAASM_IMPORT("__faasm_read_appended_state")
void __faasm_read_appended_state(const char *key, void *buffer, int32_t length, int32_t count);
FAASM_IMPORT("__faasm_clear_appended_state") void __faasm_clear_appended_state(const char *key);
FAASM_IMPORT("__faasm_state_add")
int64_t __faasm_state_add(const char *key, int32_t offset, int64_t delta, int32_t width);
FAASM_IMPORT("__faasm_state_compare_and_set")
int32_t __faasm_state_compare_and_set(const char *key, int32_t offset, const void *expected, const void *replacement,
                                      int32_t length);
FAASM_IMPORT("__faasm_lock_state_read") void __faasm_lock_state_read(const char *key);
FAASM_IMPORT("__faasm_unlock_state_read") void __faasm_unlock_state_read(const char *key);
FAASM_IMPORT("__faasm_lock_state_write") void __faasm_lock_state_write(const char *key);
FAASM_IMPORT("__faasm_unlock_state_write") void __faasm_unlock_state_write(const char *key);
FAASM_IMPORT("__faasm_lock_state_global") void __faasm_lock_state_global(const char *key);
FAASM_IMPORT("__faasm_unlock_state_global") void __faasm_unlock_state_global(const char *key);
FAASM_IMPORT("__faasm_conf_flag") int32_t __faasm_conf_flag(const char *flag);
FAASM_IMPORT("__faasm_backtrace") void __faasm_backtrace(int32_t depth);

/* A pointer to anything as the byte pointer that input, output and state take. */
#define BYTES(pointer) ((uint8_t *)(pointer))

/*
 * Code that runs once, before the function's first call: what it leaves in memory is where every later call starts.
 * Returns 0, anything else refuses the function.
 *
 *     FAASM_ZYGOTE() { table = load(); return 0; }
 */
#define FAASM_ZYGOTE()                                                                                                 \
  __attribute__((export_name("_faasm_zygote"))) int _faasm_zygote(FAASM_NO_ARGUMENTS);                                 \
  int _faasm_zygote(FAASM_NO_ARGUMENTS)

/* Size of the call's input in bytes. */
static inline long faasmGetInputSize(FAASM_NO_ARGUMENTS) { return __faasm_read_input(NULL, 0); }

/* Copies the first bufferLen bytes of the input to buffer; fewer when the input is shorter. */
static inline void faasmGetInput(uint8_t *buffer, long bufferLen) {
  /* A length of 0 would ask for the size; there is nothing to copy then. */
  if (bufferLen > 0) __faasm_read_input(buffer, (int32_t)bufferLen);
}

/* Sets the call's output, in place of what was set before. The bytes are copied. With this in a module its standard
   output goes to the log. */
static inline void faasmSetOutput(const void *newOutput, long outputLen) {
  __faasm_write_output(newOutput, (int32_t)outputLen);
}

/* Size of the value at key in bytes, 0 when there is none. */
static inline size_t faasmReadStateSize(const char *key) { return (size_t)__faasm_read_state(key, NULL, 0); }

/* Copies the first bufferLen bytes of the value at key to buffer; returns how many. */
static inline long faasmReadState(const char *key, uint8_t *buffer, long bufferLen) {
  return bufferLen > 0 ? __faasm_read_state(key, buffer, (int32_t)bufferLen) : 0;
}

/*
 * The value at key itself: memory shared by every function of this user on this host. totalLen is its size; a key that
 * holds nothing becomes a value of that many zero bytes, and 0 takes the value as it is. Valid until the call ends, and
 * the same for the same key. Functions that run at the same time need atomics.
 */
static inline uint8_t *faasmReadStatePtr(const char *key, long totalLen) {
  return (uint8_t *)__faasm_read_state_ptr(key, (int32_t)totalLen);
}

/* Replaces the value at key on this host; faasmPushState makes other hosts see it. */
static inline void faasmWriteState(const char *key, const uint8_t *data, long dataLen) {
  __faasm_write_state(key, data, (int32_t)dataLen);
}

/* Copies bufferLen bytes of the value at key, which has totalLen, from offset on. Fetches no more than that. */
static inline void faasmReadStateOffset(const char *key, long totalLen, long offset, uint8_t *buffer, long bufferLen) {
  __faasm_read_state_offset(key, (int32_t)totalLen, (int32_t)offset, buffer, (int32_t)bufferLen);
}

/*
 * The len bytes from offset on of the value at key, as faasmReadStatePtr. Only they may be used through the pointer:
 * the rest of the value may not have been fetched.
 */
static inline uint8_t *faasmReadStateOffsetPtr(const char *key, long totalLen, long offset, long len) {
  return (uint8_t *)__faasm_read_state_offset_ptr(key, (int32_t)totalLen, (int32_t)offset, (int32_t)len);
}

/* Writes a part of the value at key, which has or gets totalLen bytes, on this host. */
static inline void faasmWriteStateOffset(const char *key, long totalLen, long offset, const uint8_t *data,
                                         long dataLen) {
  __faasm_write_state_offset(key, (int32_t)totalLen, (int32_t)offset, data, (int32_t)dataLen);
}

/* Sets the value at key, here and in the global tier, to a file: private, or shared as faasm:/path. Returns its size. */
static inline long faasmWriteStateFromFile(const char *key, const char *path) {
  return __faasm_write_state_from_file(key, path);
}

/*
 * Says that this call declares what it changes through pointers to the value at key, by the two functions below. Call
 * it before asking for the pointer: the host then keeps no copy to find out by itself.
 */
static inline void faasmDeclareState(const char *key) { __faasm_flag_state_offset_dirty(key, 0, 0, 0); }

/* Declares that all of the value at key was changed through a pointer: the next push sends it. */
static inline void faasmFlagStateDirty(const char *key, long totalLen) {
  __faasm_flag_state_dirty(key, (int32_t)totalLen);
}

/* Declares that len bytes from offset on were changed. */
static inline void faasmFlagStateOffsetDirty(const char *key, long totalLen, long offset, long len) {
  __faasm_flag_state_offset_dirty(key, (int32_t)totalLen, (int32_t)offset, (int32_t)len);
}

/* Sends what this host has changed of the value at key to the global tier. */
static inline void faasmPushState(const char *key) { __faasm_push_state(key); }

/* The same, then brings the value up to date. */
static inline void faasmPushStatePartial(const char *key) { __faasm_push_state_partial(key); }

/* Sends the bytes for which the value at maskKey, of the same size, is not 0, zeros that, and brings key up to date. */
static inline void faasmPushStatePartialMask(const char *key, const char *maskKey) {
  __faasm_push_state_partial_mask(key, maskKey);
}

/* Brings the value at key up to what the global tier has. What was changed here and not pushed stays. */
static inline void faasmPullState(const char *key, long totalLen) { __faasm_pull_state(key, (int32_t)totalLen); }

/* Appends a record to those of key, in the global tier. They have nothing to do with the value at key. */
static inline void faasmAppendState(const char *key, const uint8_t *data, long dataLen) {
  __faasm_append_state(key, data, (int32_t)dataLen);
}

/* Copies the first nElems records of key, one after the other, to buffer. They stay. */
static inline void faasmReadAppendedState(const char *key, uint8_t *buffer, long bufferLen, long nElems) {
  __faasm_read_appended_state(key, buffer, (int32_t)bufferLen, (int32_t)nElems);
}

/* Removes all records of key. */
static inline void faasmClearAppendedState(const char *key) { __faasm_clear_appended_state(key); }

/* Adds delta to the integer of width (4 or 8) bytes at offset of key, at once for all hosts; returns what it is then. */
static inline int64_t faasmStateAdd(const char *key, long offset, int64_t delta, int width) {
  return __faasm_state_add(key, (int32_t)offset, delta, width);
}

/* Replaces len bytes at offset of key if they are as expected, at once for all hosts; returns whether they were. */
static inline int faasmStateCompareAndSet(const char *key, long offset, const void *expected, const void *replacement,
                                          long len) {
  return __faasm_state_compare_and_set(key, (int32_t)offset, expected, replacement, (int32_t)len);
}

/*
 * Locks of the value at key: to read or to write among the calls of this host, global among all hosts. They wait, and
 * hold no thread meanwhile. The end of the call unlocks what it has locked.
 */
static inline void faasmLockStateRead(const char *key) { __faasm_lock_state_read(key); }
static inline void faasmUnlockStateRead(const char *key) { __faasm_unlock_state_read(key); }
static inline void faasmLockStateWrite(const char *key) { __faasm_lock_state_write(key); }
static inline void faasmUnlockStateWrite(const char *key) { __faasm_unlock_state_write(key); }
static inline void faasmLockStateGlobal(const char *key) { __faasm_lock_state_global(key); }
static inline void faasmUnlockStateGlobal(const char *key) { __faasm_unlock_state_global(key); }

/* Whether a flag of the host is on; the call's log names a flag that does not exist. */
static inline unsigned getConfFlag(const char *flag) { return (unsigned)__faasm_conf_flag(flag); }

/* Writes the names of the innermost depth functions under way to the call's log. */
static inline void faasmBacktrace(int depth) { __faasm_backtrace(depth); }

#ifdef __cplusplus
}
#endif

#undef FAASM_IMPORT

#endif
