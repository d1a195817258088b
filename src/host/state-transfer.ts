import type { HostContext, HostFunction, MaybePromise } from './context.ts';
import { keyAt } from './state-key.ts';
import { FileWait } from './wasi/file-wait.ts';
import { readFileAt } from './wasi/read-file-at.ts';

/**
 * State between this host and the global tier, module `env`: pushing and pulling, what changed, values from files. See
 * state.ts for what holds for all of them.
 */
export const STATE_TRANSFER_FUNCTIONS: readonly HostFunction[] = [
  { name: '__faasm_flag_state_dirty', params: ['i32', 'i32'], waits: true, call: flagDirty },
  {
    name: '__faasm_flag_state_offset_dirty',
    params: ['i32', 'i32', 'i32', 'i32'],
    waits: true,
    call: flagOffsetDirty,
  },
  { name: '__faasm_push_state', params: ['i32'], waits: true, call: pushState },
  { name: '__faasm_push_state_partial', params: ['i32'], waits: true, call: pushPartial },
  { name: '__faasm_push_state_partial_mask', params: ['i32', 'i32'], waits: true, call: pushMasked },
  { name: '__faasm_pull_state', params: ['i32', 'i32'], waits: true, call: pullState },
  { name: '__faasm_write_state_from_file', params: ['i32', 'i32'], result: 'i32', waits: true, call: writeFromFile },
];

/** `__faasm_flag_state_dirty(key, totalLength)`: all of the value was changed through a pointer. */
function flagDirty(context: HostContext, key: number): MaybePromise<void> {
  return context.state.declare(keyAt(context, key, 'write'));
}

/** `__faasm_flag_state_offset_dirty(key, totalLength, offset, length)`: a part was. */
function flagOffsetDirty(
  context: HostContext,
  key: number,
  total: number,
  offset: number,
  length: number,
): MaybePromise<void> {
  const span = { totalBytes: total >>> 0, offset: offset >>> 0, length: length >>> 0 };
  return context.state.declare(keyAt(context, key, 'write'), span);
}

/** `__faasm_push_state(key)`: sends what has changed to the global tier. */
function pushState(context: HostContext, key: number): MaybePromise<void> {
  return context.state.push(keyAt(context, key, 'write'));
}

/** `__faasm_push_state_partial(key)`: the same, and brings the value up to date. */
function pushPartial(context: HostContext, key: number): MaybePromise<void> {
  return context.state.push(keyAt(context, key, 'write'), true);
}

/** `__faasm_push_state_partial_mask(key, maskKey)`: sends the bytes for which the mask's are not 0. */
function pushMasked(context: HostContext, key: number, mask: number): MaybePromise<void> {
  return context.state.pushMasked(keyAt(context, key, 'write'), keyAt(context, mask, 'write'));
}

/** `__faasm_pull_state(key, length)`: brings the value up to what the global tier has. */
function pullState(context: HostContext, key: number, length: number): MaybePromise<void> {
  return context.state.pull(keyAt(context, key, 'read'), length >>> 0);
}

/**
 * `__faasm_write_state_from_file(key, path)`: sets the value in both tiers to a file of the call or a shared one; answers
 * its size. Ends the call with `FILE_NOT_FOUND` where there is no such file.
 */
function writeFromFile(context: HostContext, key: number, path: number): MaybePromise<number> {
  const name = keyAt(context, key, 'write');
  const file = context.memory.string(path);
  try {
    return context.state.set(name, readFileAt(context, file) ?? missing(context, file));
  } catch (thrown) {
    if (!(thrown instanceof FileWait)) throw thrown;
    return context.files.ask(thrown.request, (answer) => {
      if ('error' in answer) return context.fail(answer.error.code, answer.error.message);
      if (answer.found.kind !== 'file') return missing(context, file);
      const { contents } = answer.found;
      // The state owns what it is given, and nobody may write to the contents of a shared file.
      const bytes = contents?.bytes.slice() ?? new Uint8Array();
      if (contents !== undefined) context.files.release(contents.hold);
      return context.state.set(name, bytes);
    });
  }
}

function missing(context: HostContext, file: string): never {
  return context.fail('FILE_NOT_FOUND', `There is no file ${JSON.stringify(file.slice(0, 200))} to be read.`);
}
