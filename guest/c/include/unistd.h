/* What the C library lacks of unistd.h: a second descriptor for an open file, and the user. */
#ifndef FAASM_UNISTD_H
#define FAASM_UNISTD_H

#include_next <unistd.h>

#include <errno.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((import_module("env"), import_name("__wasi_fd_dup"))) uint16_t __faasm_fd_dup(int fd, int *result);

/* Another descriptor of the same open file: both have one position. */
__attribute__((weak)) int dup(int fd) {
  int other = -1;
  uint16_t error = __faasm_fd_dup(fd, &other);
  if (error == 0) return other;
  errno = error;
  return -1;
}

__attribute__((import_module("env"), import_name("getuid"))) uid_t getuid(void);
__attribute__((import_module("env"), import_name("geteuid"))) uid_t geteuid(void);
__attribute__((import_module("env"), import_name("getgid"))) gid_t getgid(void);
__attribute__((import_module("env"), import_name("getegid"))) gid_t getegid(void);

#ifdef __cplusplus
}
#endif

#endif
