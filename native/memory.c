/* Mappings over parts of a WebAssembly.Memory. Every function checks its range against the memory and answers 0 or a
 * negative errno; V8 keeps the address range reserved, so a mapping can only replace pages that belong to it. */
#include "faasm-native.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pagemap-scan.h"

enum { ARGUMENTS_MAX = 5, OS_PAGE = 4096, WASM_PAGE = 65536, FOLDER_MAX = 4096 };

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
  size_t size = 0, given = count; /* becomes the number of arguments of the call, which may be more */
  if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok || given < count ||
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

/* /proc/self/pagemap, opened once for the process. */
static int open_pagemap(void) {
  static _Atomic int descriptor = -2;
  int opened = atomic_load(&descriptor);
  if (opened != -2) return opened;
  opened = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  int expected = -2;
  if (!atomic_compare_exchange_strong(&descriptor, &expected, opened)) {
    if (opened >= 0) close(opened);
    opened = expected;
  }
  return opened;
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

/* A file without a name: in memory, or in `folder` where that is given, for systems that have no such files. Answers its
 * descriptor or a negative errno. */
static int open_file(const char *folder) {
  const int fd = folder[0] == '\0' ? memfd_create("faasm", MFD_CLOEXEC | MFD_ALLOW_SEALING)
                                   : open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  return fd < 0 ? -errno : fd;
}

/* The text in `value`, at most `size` bytes with its end; false when it is none. */
static bool text_argument(napi_env env, napi_value value, char *text, size_t size) {
  size_t length = 0;
  return napi_get_value_string_utf8(env, value, text, size, &length) == napi_ok && length + 1 < size;
}

/* probeFile(folder): whether files without a name can be had there, 0 or a negative errno. Nothing is left of it. */
static napi_value probe_file(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  char folder[FOLDER_MAX];
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (count < 1 || !text_argument(env, argument, folder, sizeof folder)) return answer(env, -EINVAL);
  const int fd = open_file(folder);
  if (fd < 0) return answer(env, fd);
  close(fd);
  return answer(env, 0);
}

/* createFile(bytes, folder): a file without a name, of whole WebAssembly pages, closed on exec. One in memory (`folder`
 * is empty) is sealed against shrinking: a touch past the end of a shrunk file would be SIGBUS and the end of the
 * process. Nobody else can open one in a folder. Answers the descriptor. */
static napi_value create_file(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  char folder[FOLDER_MAX];
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (count < 2 || !text_argument(env, arguments[1], folder, sizeof folder)) return answer(env, -EINVAL);
  const double bytes = number_argument(env, arguments[0]);
  if (!(bytes > 0 && bytes <= 0x1p40)) return answer(env, -EINVAL);
  const off_t size = ((off_t)bytes + WASM_PAGE - 1) / WASM_PAGE * WASM_PAGE;
  const int fd = open_file(folder);
  if (fd < 0) return answer(env, fd);
  if (ftruncate(fd, size) != 0 || (folder[0] == '\0' && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) != 0)) {
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

/* mapFile(fd, length): the file's bytes as an ArrayBuffer, to be read; unmapped when it is collected. */
static void unmap_file(napi_env env, void *base, void *length) {
  (void)env;
  munmap(base, (size_t)(uintptr_t)length);
}

static napi_value map_file(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2], buffer;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  const size_t length = (size_t)number_argument(env, arguments[1]);
  void *base = mmap(NULL, length, PROT_READ, MAP_SHARED, (int)number_argument(env, arguments[0]), 0);
  if (base == MAP_FAILED) return answer(env, -errno);
  if (napi_create_external_arraybuffer(env, base, length, unmap_file, (void *)(uintptr_t)length, &buffer) != napi_ok) {
    munmap(base, length);
    return answer(env, -ENOTSUP);
  }
  return buffer;
}

/* restoreImage(buffer, offset, length, image, maxPages): undoes what was written to a copy-on-write mapping of `image`
 * by copying back the pages that the kernel says are private. They stay private: the next call that writes them takes
 * no page fault, and no other processor has to be interrupted for its TLB, which costs far more than the copy. Answers
 * how many pages there were, or a negative errno where the kernel cannot tell (before Linux 6.7) or they are more than
 * `maxPages`; nothing has been done then. */
static napi_value restore_image(napi_env env, napi_callback_info info) {
  enum { REGIONS = 256 };
  napi_value arguments[5];
  size_t count = 5, image_size = 0;
  void *image = NULL;
  const range r = read_range(env, info, 3);
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (r.error != 0) return answer(env, r.error);
  if (napi_get_arraybuffer_info(env, arguments[3], &image, &image_size) != napi_ok || image_size < r.length) {
    return answer(env, -EINVAL);
  }
  struct page_region regions[REGIONS];
  struct pm_scan_arg scan = {
      .size = sizeof scan,
      .start = (uint64_t)(uintptr_t)(r.base + r.offset),
      .end = (uint64_t)(uintptr_t)(r.base + r.offset + r.length),
      .vec = (uint64_t)(uintptr_t)regions,
      .vec_len = REGIONS,
      .max_pages = (uint64_t)number_argument(env, arguments[4]) + 1,
      .category_inverted = PAGE_IS_FILE,
      .category_mask = PAGE_IS_FILE,
      .category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
      .return_mask = PAGE_IS_FILE,
  };
  const int pagemap = open_pagemap();
  if (pagemap < 0) return answer(env, -ENOSYS);
  const int found = ioctl(pagemap, PAGEMAP_SCAN, &scan);
  if (found < 0) return answer(env, -errno);
  if (scan.walk_end != scan.end) return answer(env, -E2BIG);
  int pages = 0;
  for (int i = 0; i < found; i++) {
    char *start = (char *)(uintptr_t)regions[i].start;
    const size_t length = regions[i].end - regions[i].start;
    memcpy(start, (char *)image + (start - r.base), length);
    pages += (int)(length / OS_PAGE);
  }
  return answer(env, pages);
}

/* All bits of those bytes in which two words differ. */
static uint64_t differing(uint64_t a, uint64_t b) {
  const uint64_t low = 0x7f7f7f7f7f7f7f7f, bits = a ^ b;
  return ((((bits & low) + low) | bits) >> 7 & 0x0101010101010101) * 0xff;
}

/* The bytes [from, to) of the word at `word` among `bytes`, which begin at `start`; others are 0. */
static uint64_t part(const uint8_t *bytes, size_t start, size_t word, size_t from, size_t to) {
  uint64_t result = 0;
  memcpy((uint8_t *)&result + (from - word), bytes + (from - start), to - from);
  return result;
}

/* Words of eight bytes, each at once, because guests store to them meanwhile. */
static void merge_words(uint8_t *mapped, size_t start, size_t end, const uint8_t *theirs, const uint8_t *base) {
  enum { WORD = sizeof(uint64_t) };
  for (size_t from = start; from < end;) {
    const size_t word = from / WORD * WORD, to = word + WORD < end ? word + WORD : end;
    uint64_t inside = ~(uint64_t)0;
    if (to - from < WORD) {
      inside = 0;
      memset((uint8_t *)&inside + (from - word), 0xff, to - from);
    }
    const uint64_t there = part(theirs, start, word, from, to);
    const uint64_t known = base == NULL ? 0 : part(base, start, word, from, to);
    _Atomic uint64_t *here = (_Atomic uint64_t *)(mapped + word);
    uint64_t now = atomic_load(here), next;
    do {
      const uint64_t taken = base == NULL ? inside : inside & ~differing(now, known);
      next = (now & ~taken) | (there & taken);
    } while (next != now && !atomic_compare_exchange_weak(here, &now, next));
    from = to;
  }
}

/* mergeFile(fd, offset, theirs, base): puts `theirs` at `offset` of a file, but for bytes that differ from `base` (null:
 * all of them). Both are byte arrays of one length. */
static napi_value merge_file(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t count = 4, lengths[2] = {0};
  void *bytes[2] = {NULL};
  napi_typedarray_type types[2] = {napi_uint8_array, napi_uint8_array};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  if (count < 4 || napi_get_typedarray_info(env, arguments[2], &types[0], &lengths[0], &bytes[0], NULL, NULL) != napi_ok) {
    return answer(env, -EINVAL);
  }
  const bool based = napi_get_typedarray_info(env, arguments[3], &types[1], &lengths[1], &bytes[1], NULL, NULL) == napi_ok;
  const double offset = number_argument(env, arguments[1]);
  if (types[0] != napi_uint8_array || types[1] != napi_uint8_array || (based && lengths[1] != lengths[0]) || !(offset >= 0)) {
    return answer(env, -EINVAL);
  }
  if (lengths[0] == 0) return answer(env, 0);
  const size_t first = (size_t)offset / OS_PAGE * OS_PAGE, start = (size_t)offset - first, end = start + lengths[0];
  void *mapped = mmap(NULL, end, PROT_READ | PROT_WRITE, MAP_SHARED, (int)number_argument(env, arguments[0]), (off_t)first);
  if (mapped == MAP_FAILED) return answer(env, -errno);
  merge_words(mapped, start, end, bytes[0], based ? bytes[1] : NULL);
  munmap(mapped, end);
  return answer(env, 0);
}

void memory_register(napi_env env, napi_value exports) {
  export_function(env, exports, "mapShared", map_shared);
  export_function(env, exports, "mapImage", map_image);
  export_function(env, exports, "mapZero", map_zero);
  export_function(env, exports, "discard", discard);
  export_function(env, exports, "mapFile", map_file);
  export_function(env, exports, "restoreImage", restore_image);
  export_function(env, exports, "mergeFile", merge_file);
  export_function(env, exports, "probeFile", probe_file);
  export_function(env, exports, "createFile", create_file);
  export_function(env, exports, "zeroFile", zero_file);
}
