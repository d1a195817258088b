#include "faasm-native.h"

#include <dlfcn.h>

void export_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok) {
    napi_set_named_property(env, exports, name, value);
  }
}

double number_argument(napi_env env, napi_value value) {
  double number;
  return napi_get_value_double(env, value, &number) == napi_ok ? number : -1;
}

/* Node unloads an addon when the last thread that loaded it ends, but the watchdog thread runs its code for as long
 * as the process lives. */
static void stay_loaded(void) {
  Dl_info self;
  static const char anchor = 0;
  if (dladdr(&anchor, &self) != 0) dlopen(self.dli_fname, RTLD_NOW | RTLD_NODELETE);
}

NAPI_MODULE_INIT() {
  stay_loaded();
  memory_register(env, exports);
  view_register(env, exports);
  guard_register(env, exports);
  allocator_register(env, exports);
  process_register(env, exports);
  return exports;
}
