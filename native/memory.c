/* Mappings over parts of a WebAssembly.Memory. Every function checks its range against the memory and answers 0 or a
 * negative errno; V8 keeps the address range reserved, so a mapping can only replace pages that belong to it. */
#include "faasm-native.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 5, OS_PAGE = 4096, WASM_PAGE = 65536 };

typedef struct {
  char *base;
  double numbers[ARGUMENTS_MAX];
  size_t offset, length;
  int error;
} range;

/* Reads (buffer, offset, length, ...): the range must be page-aligned and inside the buffer. */
static range read_range(napi_env env, napi_callback_info info, size_t count) {
  range result = {0};
  napi_value arguments[ARGUMENTS_MAX];
  void *base = NULL;
  size_t size = 0;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok ||
      napi_get_arraybuffer_info(env, arguments[0], &base, &size) != napi_ok) {
    result.error = -EINVAL;
    return result;
  }
  for (size_t i = 1; i < count; i++) result.numbers[i] = number_argument(env, arguments[i]);
  const double offset = result.numbers[1], length = result.numbers[2];
  if (!(offset >= 0 && length > 0 && offset + length <= (double)size)) {
    result.error = -ERANGE;
    return result;
  }
  result.base = base;
  result.offset = (size_t)offset;
  result.length = (size_t)length;
  if (result.offset % OS_PAGE != 0 || result.length % OS_PAGE != 0) result.error = -EINVAL;
  return result;
}

static napi_value answer(napi_env env, int value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

static napi_value map(napi_env env, const range *r, int flags, int fd, off_t fd_offset) {
  if (r->error != 0) return answer(env, r->error);
  void *mapped = mmap(r->base + r->offset, r->length, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, fd_offset);
  return answer(env, mapped == MAP_FAILED ? -errno : 0);
}

/* mapShared(buffer, offset, length, fd, fdOffset): stores are seen by every other mapping of the file range. */
static napi_value map_shared(napi_env env, napi_callback_info info) {
  const range r = read_range(env, info, 5);
  return map(env, &r, MAP_SHARED, (int)r.numbers[3], (off_t)r.numbers[4]);
}

/* mapImage(buffer, offset, length, fd): the file's bytes, copied page by page when written. */
static napi_value map_image(napi_env env, napi_callback_info info) {
  const range r = read_range(env, info, 4);
  return map(env, &r, MAP_PRIVATE, (int)r.numbers[3], 0);
}

/* mapZero(buffer, offset, length): fresh zero pages, whatever was mapped there. */
static napi_value map_zero(napi_env env, napi_callback_info info) {
  const range r = read_range(env, info, 3);
  return map(env, &r, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* discard(buffer, offset, length): private pages fall back to zero or to their image; shared ones keep their bytes. */
static napi_value discard(napi_env env, napi_callback_info info) {
  const range r = read_range(env, info, 3);
  if (r.error != 0) return answer(env, r.error);
  return answer(env, madvise(r.base + r.offset, r.length, MADV_DONTNEED) != 0 ? -errno : 0);
}

/* createFile(bytes): an anonymous file of whole WebAssembly pages, closed on exec and sealed against shrinking: a
 * touch past the end of a shrunk file would be SIGBUS and the end of the process. Answers the descriptor. */
static napi_value create_file(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  const double bytes = number_argument(env, argument);
  if (!(bytes > 0 && bytes <= 0x1p40)) return answer(env, -EINVAL);
  const off_t size = ((off_t)bytes + WASM_PAGE - 1) / WASM_PAGE * WASM_PAGE;
  const int fd = memfd_create("faasm", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return answer(env, -errno);
  if (ftruncate(fd, size) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
    const int error = -errno;
    close(fd);
    return answer(env, error);
  }
  return answer(env, fd);
}

/* zeroFile(fd, offset, length): gives the pages back; they read as zeros. */
static napi_value zero_file(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3];
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  const int result = fallocate((int)number_argument(env, arguments[0]), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               (off_t)number_argument(env, arguments[1]), (off_t)number_argument(env, arguments[2]));
  return answer(env, result != 0 ? -errno : 0);
}

void memory_register(napi_env env, napi_value exports) {
  export_function(env, exports, "mapShared", map_shared);
  export_function(env, exports, "mapImage", map_image);
  export_function(env, exports, "mapZero", map_zero);
  export_function(env, exports, "discard", discard);
  export_function(env, exports, "createFile", create_file);
  export_function(env, exports, "zeroFile", zero_file);
}
