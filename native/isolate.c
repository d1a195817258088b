#include "faasm-native.h"

#include <dlfcn.h>
#include <string.h>

/* memcpy moves the address: ISO C has no conversion from a data pointer to a function pointer. */
static bool find(const char *symbol, void *function) {
  void *address = dlsym(RTLD_DEFAULT, symbol);
  memcpy(function, &address, sizeof address);
  return address != NULL;
}

bool isolate_api_load(isolate_api *api) {
  return find("_ZN2v87Isolate10GetCurrentEv", &api->get_current) &&
         find("_ZN2v87Isolate18TerminateExecutionEv", &api->terminate) &&
         find("_ZN2v87Isolate24CancelTerminateExecutionEv", &api->cancel_terminate) &&
         find("_ZN2v815MicrotasksScope17PerformCheckpointEPNS_7IsolateE", &api->run_microtasks) &&
         find("_ZN2v815MicrotasksScope19IsRunningMicrotasksEPNS_7IsolateE", &api->is_running_microtasks);
}
