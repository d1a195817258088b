/* The native layer: what JavaScript cannot do for Faaslets. Mapping files into linear memory (memory.c), comparing them
 * (view.c), running guest code under a guard that a watchdog can stop (guard.c), V8's entry points for that (isolate.c),
 * having the C library give memory back (allocator.c), and leaving without waiting for threads (process.c). */
#ifndef FAASM_NATIVE_H
#define FAASM_NATIVE_H

#define _GNU_SOURCE
#include <node_api.h>
#include <stdbool.h>
#include <stdint.h>

/* V8 functions that Node-API does not offer, found by name in the running process, so that one binary serves all
 * Node versions. */
typedef struct {
  void *(*get_current)(void);
  void (*terminate)(void *isolate);
  void (*cancel_terminate)(void *isolate);
  void (*run_microtasks)(void *isolate);
  bool (*is_running_microtasks)(void *isolate);
} isolate_api;

/* Fills `api`; false when this Node lacks one of the functions. */
bool isolate_api_load(isolate_api *api);

/* Adds the module's functions to `exports`. */
void memory_register(napi_env env, napi_value exports);
void view_register(napi_env env, napi_value exports);
void guard_register(napi_env env, napi_value exports);
void allocator_register(napi_env env, napi_value exports);
void process_register(napi_env env, napi_value exports);

/* Helpers shared by them. */
void export_function(napi_env env, napi_value exports, const char *name, napi_callback function);
double number_argument(napi_env env, napi_value value);

#endif
