// The sizes of C's types: pointers and longs have 32 bits.
#include <sys/types.h>

_Static_assert(sizeof(double) == 8, "double");
_Static_assert(sizeof(float) == 4, "float");
_Static_assert(sizeof(int) == 4, "int");
_Static_assert(sizeof(long) == 4, "long");
_Static_assert(sizeof(long long) == 8, "long long");
_Static_assert(sizeof(short) == 2, "short");
_Static_assert(sizeof(char) == 1, "char");
_Static_assert(sizeof(off_t) == 8, "off_t");
_Static_assert(sizeof(void *) == 4, "pointer");
_Static_assert(sizeof(size_t) == 4, "size_t");

int main(void) { return 0; }
