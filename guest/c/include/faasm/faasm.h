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
FAASM_IMPORT("__faasm_push_state") void __faasm_push_state(const char *key);
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

/* Writes this host's value at key to the global tier. */
static inline void faasmPushState(const char *key) { __faasm_push_state(key); }

/* Whether a flag of the host is on; the call's log names a flag that does not exist. */
static inline unsigned getConfFlag(const char *flag) { return (unsigned)__faasm_conf_flag(flag); }

/* Writes the names of the innermost depth functions under way to the call's log. */
static inline void faasmBacktrace(int depth) { __faasm_backtrace(depth); }

#ifdef __cplusplus
}
#endif

#undef FAASM_IMPORT

#endif
