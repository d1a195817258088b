/* Files mapped to be compared where they lie: reading them costs a copy of all that is equal. */
#include "faasm-native.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

typedef struct {
  void *base; /* NULL once it is closed */
  size_t length;
} view;

static void unmap(view *v) {
  if (v->base != NULL) munmap(v->base, v->length);
  v->base = NULL;
}

/* Nobody has the view any more, or its thread ends. */
static void collected(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  unmap(data);
  free(data);
}

static napi_value failed(napi_env env, int error) {
  napi_value result;
  napi_create_int32(env, -error, &result);
  return result;
}

/* openView(fd): all of a file, which must not shrink. Answers the view or a negative errno. */
static napi_value open_view(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result;
  struct stat file;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  const int fd = (int)number_argument(env, argument);
  if (fstat(fd, &file) != 0) return failed(env, errno);
  view *v = malloc(sizeof *v);
  if (v == NULL) return failed(env, ENOMEM);
  v->length = (size_t)file.st_size;
  v->base = mmap(NULL, v->length, PROT_READ, MAP_SHARED, fd, 0);
  if (v->base == MAP_FAILED) {
    const int error = errno;
    free(v);
    return failed(env, error);
  }
  if (napi_create_external(env, v, collected, NULL, &result) != napi_ok) {
    collected(env, v, NULL);
    return failed(env, ENOMEM);
  }
  return result;
}

static view *view_argument(napi_env env, napi_value value) {
  void *data = NULL;
  return napi_get_value_external(env, value, &data) == napi_ok ? data : NULL;
}

/* viewHolds(view, offset, bytes): whether these bytes lie there. */
static napi_value view_holds(napi_env env, napi_callback_info info) {
  size_t count = 3, length = 0;
  napi_value arguments[3], result;
  void *bytes = NULL;
  napi_typedarray_type type = napi_int8_array;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  const view *v = view_argument(env, arguments[0]);
  const double offset = number_argument(env, arguments[1]);
  const bool given = napi_get_typedarray_info(env, arguments[2], &type, &length, &bytes, NULL, NULL) == napi_ok;
  const bool inside = given && type == napi_uint8_array && v != NULL && v->base != NULL && offset >= 0 &&
                      offset + (double)length <= (double)v->length;
  const bool equal = inside && (length == 0 || memcmp((char *)v->base + (size_t)offset, bytes, length) == 0);
  napi_get_boolean(env, equal, &result);
  return result;
}

/* closeView(view): gives the mapping back; it holds nothing from here on. */
static napi_value close_view(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  view *v = view_argument(env, argument);
  if (v != NULL) unmap(v);
  return NULL;
}

void view_register(napi_env env, napi_value exports) {
  export_function(env, exports, "openView", open_view);
  export_function(env, exports, "viewHolds", view_holds);
  export_function(env, exports, "closeView", close_view);
}
