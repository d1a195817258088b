/* The PAGEMAP_SCAN ioctl of Linux 6.7, declared here because the headers of the systems we build on are older
 * (Documentation/admin-guide/mm/pagemap.rst). */
#ifndef FAASM_PAGEMAP_SCAN_H
#define FAASM_PAGEMAP_SCAN_H

#include <linux/ioctl.h>
#include <stdint.h>

enum { PAGE_IS_FILE = 1 << 2, PAGE_IS_PRESENT = 1 << 3, PAGE_IS_SWAPPED = 1 << 4 };

struct page_region {
  uint64_t start, end, categories;
};

struct pm_scan_arg {
  uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define PAGEMAP_SCAN _IOWR('f', 16, struct pm_scan_arg)

#endif
