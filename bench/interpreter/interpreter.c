// A JavaScript interpreter (QuickJS) as a function: evaluates the script in its input, the result is its output.
// The zygote creates the runtime and loads library.js, so that every call starts from about 15 MB of live objects.
#include <faasm/faasm.h>
#include <quickjs.h>
#include <stdlib.h>
#include <string.h>

#include "vector.h"
#include "library.h" // const char library[], made from library.js by build.ts

static JSContext *context;

static void output(JSValueConst value) {
  size_t length;
  const char *text = JS_ToCStringLen(context, &length, value);
  if (!text) return;
  faasmSetOutput(text, (long)length);
  JS_FreeCString(context, text);
}

// Evaluates a script (NUL-terminated) and runs the jobs it queued. On an exception the output is its text.
static int evaluate(const char *script, size_t length, const char *name, int is_output) {
  JSValue result = JS_Eval(context, script, length, name, JS_EVAL_TYPE_GLOBAL);
  JSContext *job;
  while (!JS_IsException(result) && JS_ExecutePendingJob(JS_GetRuntime(context), &job) > 0) continue;
  if (JS_IsException(result)) {
    JSValue exception = JS_GetException(context);
    output(exception);
    JS_FreeValue(context, exception);
    return 1;
  }
  if (is_output) output(result);
  JS_FreeValue(context, result);
  return 0;
}

FAASM_ZYGOTE() {
  JSRuntime *runtime = JS_NewRuntime();
  if (!runtime) return 1;
  JS_SetMaxStackSize(runtime, 512 * 1024);
  context = JS_NewContext(runtime);
  if (!context) return 1;
  vector_install(context);
  return evaluate(library, sizeof library - 1, "library.js", 0);
}

int main(void) {
  size_t size = (size_t)faasmGetInputSize();
  char *script = malloc(size + 1);
  if (!script) return 1;
  faasmGetInput((uint8_t *)script, (long)size);
  script[size] = '\0';
  JS_UpdateStackTop(JS_GetRuntime(context));
  int failed = evaluate(script, size, "input.js", 1);
  free(script);
  return failed;
}
