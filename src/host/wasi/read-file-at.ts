import type { HostContext } from '../context.ts';
import { errnoOf } from './errno.ts';
import { FileWait } from './file-wait.ts';
import { resolve } from './resolve.ts';
import { sessionOf } from './session.ts';
import { FILETYPE } from './types.ts';

/**
 * A copy of the contents of the file at `path`, from the root of the call's tree; undefined where there is none that may
 * be read. Throws a {@link FileWait} where a shared file has to be asked for.
 */
export function readFileAt(context: HostContext, path: string): Uint8Array | undefined {
  const { tree, pace } = sessionOf(context);
  try {
    const { node } = resolve(tree.root, path.replace(/^\/+/, ''), true, 'contents');
    if (node?.type !== FILETYPE.REGULAR_FILE) return undefined;
    const bytes = new Uint8Array(node.size);
    node.read(0, bytes, pace);
    return bytes;
  } catch (thrown) {
    if (thrown instanceof FileWait) throw thrown;
    errnoOf(thrown);
    return undefined;
  }
}
