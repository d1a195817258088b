import { checkFilePath } from '../../core/object-key.ts';
import type { FileName } from '../../core/shared-file.ts';
import { fail } from './errno.ts';

/** Longest path, and longest name in it, in bytes; as checkFilePath has them. */
const PATH_MAX = 600;
const NAME_MAX = 200;
/** What a name costs beside its letters. */
const NAME_BYTES = 64;

const encoder = new TextEncoder();

/** Fails with ENAMETOOLONG and EINVAL for what no shared file can be called. */
export function checkPath(path: string): void {
  const bytes = (text: string): number => encoder.encode(text).length;
  if (bytes(path) > PATH_MAX || path.split('/').some((name) => bytes(name) > NAME_MAX)) fail('NAMETOOLONG');
  try {
    checkFilePath(path);
  } catch {
    fail('INVAL');
  }
}

/** What a name takes of the memory of the host, about. */
export function nameBytes(name: string): number {
  return NAME_BYTES + 2 * name.length;
}

/** What all of a list take. */
export function namesBytes(names: readonly FileName[]): number {
  let bytes = 0;
  for (const { name } of names) bytes += nameBytes(name);
  return bytes;
}
