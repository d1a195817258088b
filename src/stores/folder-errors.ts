import { type ErrorCode, FaasmError } from '../core/errors.ts';

const ADVICE: Readonly<Record<string, { readonly code: ErrorCode; readonly advice: string }>> = {
  ENOSPC: { code: 'STORE_FULL', advice: 'make room on its disk' },
  EDQUOT: { code: 'STORE_FULL', advice: 'make room within the quota of its owner' },
  EFBIG: { code: 'STORE_FULL', advice: 'raise the limit for the size of files' },
  EACCES: { code: 'STORE_DENIED', advice: 'give the user that runs this host the right to read and write it' },
  EPERM: { code: 'STORE_DENIED', advice: 'give the user that runs this host the right to read and write it' },
  EROFS: { code: 'STORE_DENIED', advice: 'mount it for writing or choose another folder' },
  ELOOP: { code: 'STORE_DENIED', advice: 'remove the symbolic link: a store follows none inside its folder' },
  ENOTDIR: { code: 'STORE_UNAVAILABLE', advice: 'remove the file that lies where a folder should be' },
  EEXIST: { code: 'STORE_UNAVAILABLE', advice: 'remove the file that lies where a folder should be' },
  EISDIR: { code: 'STORE_UNAVAILABLE', advice: 'remove the folder that lies where a file should be' },
  EMFILE: { code: 'STORE_UNAVAILABLE', advice: 'raise the limit for open files' },
  ENFILE: { code: 'STORE_UNAVAILABLE', advice: 'raise the limit for open files' },
};
const OTHER = { code: 'STORE_UNAVAILABLE', advice: 'check the disk and try again' } as const;

/** Code of an error of the file system such as `ENOENT`, empty for any other error. */
export function errno(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** `error` of the file system as `STORE_FULL`, `STORE_DENIED` or `STORE_UNAVAILABLE` of the store in `folder`. */
export function folderError(folder: string, error: unknown): FaasmError {
  const { code, advice } = ADVICE[errno(error)] ?? OTHER;
  return new FaasmError(code, `The store in folder ${folder} failed (${(error as Error).message}): ${advice}.`, error);
}

/** What `work` resolves to; undefined where a file or folder is missing. Other errors are passed on. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    throw error;
  }
}
