/* Adds clock() to time.h: the C library only emulates it by the time of day. */
#ifndef FAASM_TIME_H
#define FAASM_TIME_H

/* The C library marks clock() as deprecated for programs that do not ask for the emulation. */
#ifndef _WASI_EMULATED_PROCESS_CLOCKS
#define _WASI_EMULATED_PROCESS_CLOCKS
#endif
#include_next <time.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((import_module("wasi_snapshot_preview1"), import_name("clock_time_get"))) uint16_t
__faasm_clock_time_get(int32_t clock, int64_t precision, uint64_t *nanoseconds);

/* CPU time of the call, CLOCKS_PER_SEC to a second; time in which it waits does not count. */
__attribute__((weak)) clock_t clock(void) {
  enum { PROCESS_CPUTIME = 2 };
  uint64_t nanoseconds = 0;
  __faasm_clock_time_get(PROCESS_CPUTIME, 0, &nanoseconds);
  return (clock_t)(nanoseconds / (1000000000 / CLOCKS_PER_SEC));
}

#ifdef __cplusplus
}
#endif

#endif
