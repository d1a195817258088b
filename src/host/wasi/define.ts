import type { ValueType } from '../../module/artifact.ts';
import type { HostArgument, HostContext, HostFunction, MaybePromise } from '../context.ts';
import { errnoOf } from './errno.ts';
import { FileWait } from './file-wait.ts';

/** Signature letters: `i` is an i32, `l` an i64. */
const LETTERS: Readonly<Record<string, ValueType>> = { i: 'i32', l: 'i64' };

/** A WASI function's body: answers nothing for success, or throws a Failure or a FileWait. */
type Body = (context: HostContext, ...args: HostArgument[]) => void;

/** The parameter types written as letters. */
export function parameters(letters: string): readonly ValueType[] {
  return [...letters].map((letter) => LETTERS[letter] ?? 'other');
}

/** As {@link HostFunction.waits}: what may throw a FileWait has to say so. */
interface Waiting {
  readonly waits?: HostFunction['waits'];
}

/**
 * A WASI function with an errno as result: what `body` throws becomes an error number where it is one, also a pointer
 * outside the memory (EFAULT). Nine parameters are the most that preview 1 has; naming them avoids an array per call.
 */
export function define(name: string, letters: string, body: Body, { waits = false }: Waiting = {}): HostFunction {
  return {
    name,
    params: parameters(letters),
    result: 'i32',
    ...(waits === false ? {} : { waits }),
    call: (
      context: HostContext,
      a: HostArgument,
      b: HostArgument,
      c: HostArgument,
      d: HostArgument,
      e: HostArgument,
      f: HostArgument,
      g: HostArgument,
      h: HostArgument,
      i: HostArgument,
    ): MaybePromise<number> => {
      try {
        body(context, a, b, c, d, e, f, g, h, i);
        return 0;
      } catch (thrown) {
        if (waits === false || !(thrown instanceof FileWait)) return errnoOf(thrown);
        return thrown.source.wait(thrown, () => body(context, a, b, c, d, e, f, g, h, i));
      }
    },
  };
}
