/* The C interface under the name that Faasm's own functions include. */
#include <faasm/faasm.h>
