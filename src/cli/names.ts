import { checkKey, checkName, type FunctionRef } from '../core/names.ts';
import { checkFilePath } from '../core/object-key.ts';
import { checkVersion } from '../core/version-id.ts';
import type { ValueKind } from './option.ts';

/** A function as it is written on the command line, perhaps with a version. */
export interface FunctionName extends FunctionRef {
  readonly version?: string;
}

/** Something that belongs to a user: a state key or a file. */
export interface OwnedPath {
  readonly user: string;
  /** What follows the first slash. */
  readonly path: string;
}

/** `user/function`. */
export const functionName: ValueKind<FunctionRef> = {
  placeholder: 'user/function',
  parse: (text) => (text.includes('@') ? undefined : parseFunction(text)),
  accepts: 'the form user/function, such as demo/hello',
  completes: 'function',
};

/** `user/function` or `user/function@version`. */
export const versionedName: ValueKind<FunctionName> = {
  placeholder: 'user/function[@version]',
  parse: parseFunction,
  accepts: 'the form user/function or user/function@version, such as demo/hello',
  completes: 'function',
};

/** A version of a function: its id, or at least 8 digits of the hash of its code. */
export const version: ValueKind<string> = {
  placeholder: 'version',
  parse: (text) => accepted(() => checkVersion(text)),
  accepts: 'an id as `faasm versions` prints it, or 8 or more digits of the SHA-256 of the code',
};

/** `user`. */
export const userName: ValueKind<string> = {
  placeholder: 'user',
  parse: (text) => accepted(() => checkName(text, 'user')),
  accepts: "1 to 128 letters, digits, '.', '_' or '-'",
};

/** `user/key`. */
export const stateKey: ValueKind<OwnedPath> = {
  placeholder: 'user/key',
  // An address cannot end in `.` or `..`, whether escaped or not.
  parse: (text) => (/^[^/]*\/\.\.?$/.test(text) ? undefined : ownedPath(text, checkKey)),
  accepts: 'the form user/key, such as demo/text',
};

/** `user/path`. */
export const filePath: ValueKind<OwnedPath> = {
  placeholder: 'user/path',
  parse: (text) => ownedPath(text, checkFilePath),
  accepts: 'the form user/path, such as demo/models/small.bin',
};

/** `user` or `user/prefix`. */
export const userPrefix: ValueKind<OwnedPath> = {
  placeholder: 'user[/prefix]',
  parse: (text) => ownedPath(text.includes('/') ? text : `${text}/`, (prefix) => prefix),
  accepts: 'a user, or user/ and what the names begin with',
};

/** Id of a call. */
export const callId: ValueKind<number> = {
  placeholder: 'call id',
  parse: (text) => (/^\d{1,16}$/.test(text) ? Number(text) : undefined),
  accepts: 'the number that `faasm invoke --async` prints',
};

function parseFunction(text: string): FunctionName | undefined {
  const [name = '', version, ...more] = text.split('@');
  const [user = '', fn = '', ...deeper] = name.split('/');
  if (more.length > 0 || deeper.length > 0) return undefined;
  return accepted(() => ({
    user: checkName(user, 'user'),
    function: checkName(fn, 'function'),
    ...(version === undefined ? {} : { version: checkVersion(version) }),
  }));
}

function ownedPath(text: string, check: (path: string) => string): OwnedPath | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  return accepted(() => ({
    user: checkName(text.slice(0, slash), 'user'),
    path: check(text.slice(slash + 1)),
  }));
}

/** What `make` answers, undefined when it throws that something is not allowed. */
function accepted<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
