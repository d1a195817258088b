#include "faasm-native.h"

#include <malloc.h>
#include <stdlib.h>

/* The C library gives each thread an arena of its own and by itself returns to the system only what lies free at an
 * arena's end. Output and bodies are allocated by one thread and freed by another, so each arena would keep the most it
 * ever held: more than a GiB on a host whose tenants flood it (bench abuse), with a third of that in use. Few arenas fill
 * each other's gaps, blocks of some size are mappings of their own, which go back at once, and trimming gives back whole
 * pages wherever they are free. */
enum { ARENAS = 4, MAPPED_FROM_BYTES = 512 * 1024, TRIMMED_FROM_BYTES = 8 * 1024 * 1024 };

/* Whether a trim is under way, whichever thread asked for it. */
static bool trimming;

static void trim_heap(napi_env env, void *data) {
  (void)env;
  (void)data;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

static void trim_done(napi_env env, napi_status status, void *data) {
  (void)status;
  napi_async_work *work = data;
  napi_delete_async_work(env, *work);
  free(work);
  __atomic_clear(&trimming, __ATOMIC_RELEASE);
}

/* trim(): takes some ms, and not on this thread. */
static napi_value trim(napi_env env, napi_callback_info info) {
  (void)info;
  if (__atomic_test_and_set(&trimming, __ATOMIC_ACQUIRE)) return NULL;
  napi_async_work *work = malloc(sizeof *work);
  napi_value name;
  if (work != NULL && napi_create_string_utf8(env, "faasm-trim", NAPI_AUTO_LENGTH, &name) == napi_ok &&
      napi_create_async_work(env, NULL, name, trim_heap, trim_done, work, work) == napi_ok) {
    if (napi_queue_async_work(env, *work) == napi_ok) return NULL;
    napi_delete_async_work(env, *work);
  }
  free(work);
  __atomic_clear(&trimming, __ATOMIC_RELEASE);
  return NULL;
}

static void bound_arenas(void) {
#ifdef __GLIBC__
  static bool done;
  if (__atomic_test_and_set(&done, __ATOMIC_RELAXED)) return;
  mallopt(M_ARENA_MAX, ARENAS);
  mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
  mallopt(M_TRIM_THRESHOLD, TRIMMED_FROM_BYTES);
#endif
}

void allocator_register(napi_env env, napi_value exports) {
  bound_arenas();
  export_function(env, exports, "trim", trim);
}
