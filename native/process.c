#include "faasm-native.h"

#include <unistd.h>

/* exitAtOnce(code): without waiting for threads, as Node does, which may be in code that nothing interrupts. */
static napi_value exit_at_once(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value code;
  napi_get_cb_info(env, info, &count, &code, NULL, NULL);
  _exit(count == 1 ? (int)number_argument(env, code) : 1);
}

void process_register(napi_env env, napi_value exports) { export_function(env, exports, "exitAtOnce", exit_at_once); }
