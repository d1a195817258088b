/** Constants of WASI preview 1, as in its witx files. Sizes of records are in bytes. */

/** Operations a descriptor permits. The 30 rights of preview 1 fit a number; on the wire they are an u64. */
export const RIGHT = {
  FD_DATASYNC: 1 << 0,
  FD_READ: 1 << 1,
  FD_SEEK: 1 << 2,
  FD_FDSTAT_SET_FLAGS: 1 << 3,
  FD_SYNC: 1 << 4,
  FD_TELL: 1 << 5,
  FD_WRITE: 1 << 6,
  FD_ADVISE: 1 << 7,
  FD_ALLOCATE: 1 << 8,
  PATH_CREATE_DIRECTORY: 1 << 9,
  PATH_CREATE_FILE: 1 << 10,
  PATH_LINK_SOURCE: 1 << 11,
  PATH_LINK_TARGET: 1 << 12,
  PATH_OPEN: 1 << 13,
  FD_READDIR: 1 << 14,
  PATH_READLINK: 1 << 15,
  PATH_RENAME_SOURCE: 1 << 16,
  PATH_RENAME_TARGET: 1 << 17,
  PATH_FILESTAT_GET: 1 << 18,
  PATH_FILESTAT_SET_SIZE: 1 << 19,
  PATH_FILESTAT_SET_TIMES: 1 << 20,
  FD_FILESTAT_GET: 1 << 21,
  FD_FILESTAT_SET_SIZE: 1 << 22,
  FD_FILESTAT_SET_TIMES: 1 << 23,
  PATH_SYMLINK: 1 << 24,
  PATH_REMOVE_DIRECTORY: 1 << 25,
  PATH_UNLINK_FILE: 1 << 26,
  POLL_FD_READWRITE: 1 << 27,
} as const;

/** Rights that mean something for a file. */
export const FILE_RIGHTS =
  RIGHT.FD_DATASYNC |
  RIGHT.FD_READ |
  RIGHT.FD_SEEK |
  RIGHT.FD_FDSTAT_SET_FLAGS |
  RIGHT.FD_SYNC |
  RIGHT.FD_TELL |
  RIGHT.FD_WRITE |
  RIGHT.FD_ADVISE |
  RIGHT.FD_ALLOCATE |
  RIGHT.FD_FILESTAT_GET |
  RIGHT.FD_FILESTAT_SET_SIZE |
  RIGHT.FD_FILESTAT_SET_TIMES |
  RIGHT.POLL_FD_READWRITE;

/** Rights that mean something for a directory. */
export const DIRECTORY_RIGHTS =
  RIGHT.FD_FDSTAT_SET_FLAGS |
  RIGHT.FD_SYNC |
  RIGHT.FD_ADVISE |
  RIGHT.PATH_CREATE_DIRECTORY |
  RIGHT.PATH_CREATE_FILE |
  RIGHT.PATH_LINK_SOURCE |
  RIGHT.PATH_LINK_TARGET |
  RIGHT.PATH_OPEN |
  RIGHT.FD_READDIR |
  RIGHT.PATH_READLINK |
  RIGHT.PATH_RENAME_SOURCE |
  RIGHT.PATH_RENAME_TARGET |
  RIGHT.PATH_FILESTAT_GET |
  RIGHT.PATH_FILESTAT_SET_SIZE |
  RIGHT.PATH_FILESTAT_SET_TIMES |
  RIGHT.FD_FILESTAT_GET |
  RIGHT.FD_FILESTAT_SET_TIMES |
  RIGHT.PATH_SYMLINK |
  RIGHT.PATH_REMOVE_DIRECTORY |
  RIGHT.PATH_UNLINK_FILE;

/** `filetype`. */
export const FILETYPE = { UNKNOWN: 0, CHARACTER_DEVICE: 2, DIRECTORY: 3, REGULAR_FILE: 4, SYMBOLIC_LINK: 7 } as const;

/** Device numbers in `filestat`; standard streams are on device 0. */
export const DEVICE = { PRIVATE: 1, SHARED: 2 } as const;

/** `fdflags`. */
export const FDFLAG = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;

/** `oflags`. */
export const OFLAG = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;

/** `lookupflags`. */
export const LOOKUP_SYMLINK_FOLLOW = 1;

/** `fstflags`. */
export const FSTFLAG = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;

/** `whence`. */
export const WHENCE = { SET: 0, CUR: 1, END: 2 } as const;

export type Whence = (typeof WHENCE)[keyof typeof WHENCE];

/** `clockid`. */
export const CLOCK = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPUTIME: 2, THREAD_CPUTIME: 3 } as const;

/** `eventtype`, and the bits of subscriptions and events. */
export const EVENT = { CLOCK: 0, FD_READ: 1, FD_WRITE: 2, ABSTIME: 1, HANGUP: 1 } as const;

/** Records in guest memory. */
export const SIZE = {
  IOVEC: 8,
  FDSTAT: 24,
  DIRENT: 24,
  PRESTAT: 8,
  EVENT: 32,
} as const;

/** Size of a `filestat` in bytes, and offsets of what has moved since WASI of 2019. Times follow the size of the file. */
export interface FilestatLayout {
  readonly bytes: number;
  readonly links: number;
  readonly size: number;
}

/** `filestat` of preview 1. */
export const FILESTAT: FilestatLayout = { bytes: 64, links: 24, size: 32 };

/** Size of a `subscription` in bytes, and offsets of what clocks have in it. */
export interface SubscriptionLayout {
  readonly bytes: number;
  readonly clock: number;
  readonly timeout: number;
  readonly flags: number;
}

/** `subscription` of preview 1. */
export const SUBSCRIPTION: SubscriptionLayout = { bytes: 48, clock: 16, timeout: 24, flags: 40 };
