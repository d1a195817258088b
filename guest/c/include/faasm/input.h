/* Input and output for C++, names as in Faasm. Needs no C++ library. */
#ifndef FAASM_INPUT_H
#define FAASM_INPUT_H

#include <faasm/faasm.h>
#include <stdlib.h>
#include <string.h>

namespace faasm {

/* The input as a T, copied byte by byte; defaultValue when there is none. */
template <typename T> T getTypedInput(T defaultValue) {
  T input = defaultValue;
  faasmGetInput(BYTES(&input), sizeof(T));
  return input;
}

/* The input as text; defaultValue when there is none. The text lives as long as the call. */
inline const char *getStringInput(const char *defaultValue) {
  const long size = faasmGetInputSize();
  if (size == 0) return defaultValue;
  char *text = static_cast<char *>(malloc(static_cast<size_t>(size) + 1));
  if (text == nullptr) abort();
  faasmGetInput(BYTES(text), size);
  text[size] = '\0';
  return text;
}

/* The input as a decimal number; defaultValue when there is none. */
inline int getIntInput(int defaultValue) {
  const char *text = getStringInput(nullptr);
  return text == nullptr ? defaultValue : atoi(text);
}

/* Sets the output to text, without its final zero. */
inline void setStringOutput(const char *text) { faasmSetOutput(text, static_cast<long>(strlen(text))); }

/* The numbers of a text such as "1 -2 3": exactly expected of them, or a null pointer. The array is the caller's. */
inline int *parseStringToIntArray(const char *text, int expected) {
  int *numbers = static_cast<int *>(calloc(static_cast<size_t>(expected) + 1, sizeof(int)));
  if (numbers == nullptr) abort();
  int count = 0;
  for (char *end = nullptr; count <= expected; text = end) {
    const long number = strtol(text, &end, 10);
    if (end == text) break;
    if (count < expected) numbers[count] = static_cast<int>(number);
    count++;
  }
  if (count == expected) return numbers;
  free(numbers);
  return nullptr;
}

} // namespace faasm

#endif
