/*
 * Entry of programs that the system's clang links. Older WASI libraries count on the linker to call constructors, which
 * it no longer does once a module exports them for itself, as ours do.
 */
#include <wasi/api.h>

extern void __wasm_call_ctors(void);
extern void __wasm_call_dtors(void);
extern int __main_void(void);

__attribute__((export_name("_start"))) void _start(void);

void _start(void) {
  __wasm_call_ctors();
  int status = __main_void();
  __wasm_call_dtors();
  if (status != 0) __wasi_proc_exit((__wasi_exitcode_t)status);
}
