#include "vector.h"

#include <stdint.h>
#include <string.h>

#include "kernels.h"

static JSValue find_kernel(JSContext *context, JSValueConst self, int count, JSValueConst *arguments) {
  (void)self, (void)count;
  const char *name = JS_ToCString(context, arguments[0]);
  if (!name) return JS_EXCEPTION;
  size_t found = 0;
  while (found < kernel_count && strcmp(kernels[found].name, name) != 0) found++;
  JSValue result = found < kernel_count ? JS_NewInt32(context, (int32_t)found)
                                        : JS_ThrowReferenceError(context, "there is no kernel %s", name);
  JS_FreeCString(context, name);
  return result;
}

// The bytes of a typed array, NULL with an exception when the value is none.
static uint8_t *bytes_of(JSContext *context, JSValueConst array, size_t *length, size_t *element) {
  size_t offset, capacity;
  JSValue buffer = JS_GetTypedArrayBuffer(context, array, &offset, length, element);
  if (JS_IsException(buffer)) return NULL;
  uint8_t *bytes = JS_GetArrayBuffer(context, &capacity, buffer);
  JS_FreeValue(context, buffer);
  return bytes ? bytes + offset : NULL;
}

// The JavaScript side passes arrays of the kernel's types and at least n elements; it is the only caller.
static JSValue run_kernel(JSContext *context, JSValueConst self, int count, JSValueConst *arguments) {
  (void)self, (void)count;
  uint32_t index, n;
  uint8_t *data[3];
  if (JS_ToUint32(context, &index, arguments[0]) || JS_ToUint32(context, &n, arguments[4])) return JS_EXCEPTION;
  if (index >= kernel_count) return JS_ThrowRangeError(context, "there is no kernel %u", index);
  for (int i = 0; i < 3; i++) {
    size_t length, element;
    data[i] = bytes_of(context, arguments[1 + i], &length, &element);
    if (!data[i]) return JS_EXCEPTION;
  }
  kernels[index].run(data[0], data[1], data[2], n);
  return JS_UNDEFINED;
}

void vector_install(JSContext *context) {
  JSValue global = JS_GetGlobalObject(context);
  JS_SetPropertyStr(context, global, "findKernel", JS_NewCFunction(context, find_kernel, "findKernel", 1));
  JS_SetPropertyStr(context, global, "runKernel", JS_NewCFunction(context, run_kernel, "runKernel", 5));
  JS_FreeValue(context, global);
}
