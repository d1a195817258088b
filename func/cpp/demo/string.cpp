// Output from C++ text.
#include <faasm/input.h>
#include <string>

int main() {
  std::string greeting = "hi";
  greeting += " there";
  faasm::setStringOutput(greeting.c_str());
  return 0;
}
