import { isFaasmError } from '../../core/errors.ts';

/** Error numbers of WASI preview 1 (`errno` in its witx), those the host answers. */
export const ERRNO = {
  SUCCESS: 0,
  ACCES: 2,
  BADF: 8,
  BUSY: 10,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  ILSEQ: 25,
  INVAL: 28,
  IO: 29,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  MLINK: 34,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOMEM: 48,
  NOSPC: 51,
  NOSYS: 52,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  NOTSUP: 58,
  OVERFLOW: 61,
  PERM: 63,
  RANGE: 68,
  ROFS: 69,
  SPIPE: 70,
  XDEV: 75,
  NOTCAPABLE: 76,
} as const;

/** Name of an error number. */
export type ErrnoName = keyof typeof ERRNO;

/**
 * What WASI code throws to answer an error number. Not an Error, and made once for each number: programs probe for
 * files that do not exist by the thousand, and a stack trace would cost more than the look-up.
 */
export class Failure {
  readonly errno: number;

  constructor(errno: number) {
    this.errno = errno;
  }
}

const FAILURES = new Map<string, Failure>(Object.entries(ERRNO).map(([name, errno]) => [name, new Failure(errno)]));

/** Ends the host function with an error number. */
export function fail(name: ErrnoName): never {
  throw FAILURES.get(name);
}

/** The error number for what a WASI function threw; throws it again when it is to end the call. */
export function errnoOf(thrown: unknown): number {
  if (thrown instanceof Failure) return thrown.errno;
  if (isFaasmError(thrown) && thrown.code === 'BAD_POINTER') return ERRNO.FAULT;
  throw thrown;
}
