/* Memory maps by the host: zeros, or a copy of a file. The C library only emulates them on top of malloc. */
#ifndef FAASM_SYS_MMAN_H
#define FAASM_SYS_MMAN_H

/* The C library hides its declarations from programs that do not ask for the emulation. */
#ifndef _WASI_EMULATED_MMAN
#define _WASI_EMULATED_MMAN
#endif
#include_next <sys/mman.h>

#include <errno.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((import_module("env"), import_name("mmap"))) int32_t __faasm_mmap(void *address, size_t length,
                                                                               int protection, int flags, int fd,
                                                                               int64_t offset);
__attribute__((import_module("env"), import_name("munmap"))) int32_t __faasm_munmap(void *address, size_t length);

/*
 * Whole pages of 64 KiB. The address is only a hint, MAP_FIXED is refused, protection does not exist, and what is
 * written to a mapped file is not written to the file. Returns MAP_FAILED when there is no memory left, or no such file.
 */
__attribute__((weak)) void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  int32_t mapped = __faasm_mmap(address, length, protection, flags, fd, offset);
  if (mapped == -1) errno = (flags & MAP_FIXED) || length == 0 ? EINVAL : ENOMEM;
  return (void *)(uintptr_t)mapped;
}

/* Later maps of the call use the memory again. */
__attribute__((weak)) int munmap(void *address, size_t length) {
  if (__faasm_munmap(address, length) == 0) return 0;
  errno = EINVAL;
  return -1;
}

#ifdef __cplusplus
}
#endif

#endif
