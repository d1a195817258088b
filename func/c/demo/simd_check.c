// SIMD: four numbers added and multiplied at once.
#include <assert.h>
#include <wasm_simd128.h>

__attribute__((target("simd128"))) static float dot(const float *left, const float *right, int count) {
  v128_t sum = wasm_f32x4_splat(0);
  for (int i = 0; i < count; i += 4) {
    sum = wasm_f32x4_add(sum, wasm_f32x4_mul(wasm_v128_load(left + i), wasm_v128_load(right + i)));
  }
  return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) + wasm_f32x4_extract_lane(sum, 2) +
         wasm_f32x4_extract_lane(sum, 3);
}

int main(void) {
  enum { COUNT = 1024 };
  static float left[COUNT], right[COUNT];
  float expected = 0;
  for (int i = 0; i < COUNT; i++) {
    left[i] = (float)(i % 16);
    right[i] = (float)(i % 8);
    expected += left[i] * right[i];
  }
  assert(dot(left, right, COUNT) == expected);
  return 0;
}
