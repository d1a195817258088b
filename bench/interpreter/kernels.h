// Loops over typed arrays, one for each operation, element type and shape, found by name: what NumPy calls ufunc loops.
#ifndef KERNELS_H
#define KERNELS_H

#include <stddef.h>

// Works on n elements; b is unused by operations on one array. Shapes: `aa` two arrays, `as` array and scalar (the
// first element of b), `sa` scalar and array.
typedef void (*kernel_fn)(const void *a, const void *b, void *out, size_t n);

struct kernel {
  const char *name; // as `add_aa_f64`, `sum_i32`, `cast_u8_f32`
  kernel_fn run;
};

extern const struct kernel kernels[];
extern const size_t kernel_count;

#endif
