// The Mersenne twister of the C++ library: its 10,000th number is laid down by the standard.
#include <cassert>
#include <random>

int main() {
  std::mt19937_64 standard;
  standard.discard(9999);
  assert(standard() == 9981545732273789042u);

  std::mt19937_64 generator(193734715);
  long below = 0;
  const long count = 1000 * 1000;
  for (long i = 0; i < count; i++) below += generator() < (UINT64_C(1) << 63);
  assert(below > 498000 && below < 502000);
  return 0;
}
