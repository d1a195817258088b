// Makes the kernels callable from JavaScript.
#ifndef VECTOR_H
#define VECTOR_H

#include <quickjs.h>

// Adds the global functions `findKernel(name) -> number` and `runKernel(number, a, b, out, n)`.
void vector_install(JSContext *context);

#endif
