#include "kernels.h"

#include <stdint.h>

#define INTEGERS(X, ...)                                                                                               \
  X(i8, int8_t, __VA_ARGS__) X(u8, uint8_t, __VA_ARGS__) X(i16, int16_t, __VA_ARGS__) X(u16, uint16_t, __VA_ARGS__)    \
  X(i32, int32_t, __VA_ARGS__) X(u32, uint32_t, __VA_ARGS__) X(i64, int64_t, __VA_ARGS__) X(u64, uint64_t, __VA_ARGS__)
#define ALL(X, ...) INTEGERS(X, __VA_ARGS__) X(f32, float, __VA_ARGS__) X(f64, double, __VA_ARGS__)

// Operations: X(types, name, expression over x and y). Integer division by zero gives 0, and -1 is kept from trapping
// on the smallest number.
#define BINARY(X)                                                                                                      \
  X(ALL, add, x + y) X(ALL, sub, x - y) X(ALL, mul, x *y) X(ALL, min, x < y ? x : y) X(ALL, max, x > y ? x : y)        \
  X(ALL, eq, x == y) X(ALL, ne, x != y) X(ALL, lt, x < y) X(ALL, le, x <= y) X(ALL, gt, x > y) X(ALL, ge, x >= y)      \
  X(ALL, distance, x < y ? y - x : x - y) X(ALL, muladd, x *y + x) X(INTEGERS, and, x &y) X(INTEGERS, or, x | y)       \
  X(INTEGERS, xor, x ^ y) X(INTEGERS, div, y == 0 ? 0 : y + 1 == 0 ? 0 - x : x / y)                                    \
  X(INTEGERS, rem, y == 0 || y + 1 == 0 ? 0 : x % y)
#define UNARY(X)                                                                                                       \
  X(ALL, neg, 0 - x) X(ALL, abs, x < 0 ? 0 - x : x) X(ALL, sign, (x > 0) - (x < 0)) X(ALL, square, x *x)               \
  X(INTEGERS, invert, ~x)
#define REDUCTION(X)                                                                                                   \
  X(ALL, sum, total + x) X(ALL, product, total *x) X(ALL, smallest, x < total ? x : total)                \
  X(ALL, largest, x > total ? x : total) X(ALL, any, total || x) X(ALL, squares, total + x * x)

#define LOOP(name, T, R, left, right, expression)                                                                      \
  static void name(const void *a, const void *b, void *out, size_t n) {                                                \
    const T *xs = a, *ys = b;                                                                                          \
    R *results = out;                                                                                                  \
    for (size_t i = 0; i < n; i++) {                                                                                   \
      const T x = xs[left], y = ys[right];                                                                             \
      (void)y;                                                                                                         \
      results[i] = (R)(expression);                                                                                    \
    }                                                                                                                  \
  }
#define FOLD(name, T, expression)                                                                                      \
  static void name(const void *a, const void *b, void *out, size_t n) {                                                \
    const T *xs = a;                                                                                                   \
    T total = n > 0 ? xs[0] : 0;                                                                                       \
    (void)b;                                                                                                           \
    for (size_t i = 1; i < n; i++) {                                                                                   \
      const T x = xs[i];                                                                                               \
      total = (T)(expression);                                                                                         \
    }                                                                                                                  \
    *(T *)out = total;                                                                                                 \
  }

#define DEFINE_BINARY(tag, T, op, expression)                                                                          \
  LOOP(op##_aa_##tag, T, T, i, i, expression)                                                                          \
  LOOP(op##_as_##tag, T, T, i, 0, expression)                                                                          \
  LOOP(op##_sa_##tag, T, T, 0, i, expression)
#define DEFINE_UNARY(tag, T, op, expression) LOOP(op##_##tag, T, T, i, i, expression)
#define DEFINE_FOLD(tag, T, op, expression) FOLD(op##_##tag, T, expression)
#define DEFINE_CAST(tag, T, from, F) LOOP(cast_##from##_##tag, F, T, i, i, x)

#define EACH_BINARY(types, op, expression) types(DEFINE_BINARY, op, expression)
#define EACH_UNARY(types, op, expression) types(DEFINE_UNARY, op, expression)
#define EACH_FOLD(types, op, expression) types(DEFINE_FOLD, op, expression)
BINARY(EACH_BINARY)
UNARY(EACH_UNARY)
REDUCTION(EACH_FOLD)
ALL(DEFINE_CAST, i32, int32_t)
ALL(DEFINE_CAST, f64, double)

#define ENTRY(name) {#name, name},
#define LIST_BINARY(tag, T, op, ...) ENTRY(op##_aa_##tag) ENTRY(op##_as_##tag) ENTRY(op##_sa_##tag)
#define LIST_UNARY(tag, T, op, ...) ENTRY(op##_##tag)
#define LIST_CAST(tag, T, from, F) ENTRY(cast_##from##_##tag)
#define NAME_BINARY(types, op, expression) types(LIST_BINARY, op, expression)
#define NAME_UNARY(types, op, expression) types(LIST_UNARY, op, expression)

const struct kernel kernels[] = {
    BINARY(NAME_BINARY) UNARY(NAME_UNARY) REDUCTION(NAME_UNARY) ALL(LIST_CAST, i32, int32_t) ALL(LIST_CAST, f64, double)
};
const size_t kernel_count = sizeof kernels / sizeof kernels[0];
