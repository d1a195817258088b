import { FaasmError } from '../core/errors.ts';
import { checkKey, checkName, type FunctionRef } from '../core/names.ts';
import type { ApiRequest } from './http.ts';

/** A state value's address. */
export interface StateRef {
  readonly user: string;
  readonly key: string;
}

/**
 * `<user>/<function>` of a path behind `prefix`. Throws `INVALID_NAME`, `BAD_REQUEST`, `ROUTE_NOT_FOUND`.
 * Names are decoded before they are checked, so `%2e%2e` is refused as `..` is.
 */
export function functionRef(path: string, prefix: string): FunctionRef {
  const [user, name, ...more] = path.slice(prefix.length).split('/');
  if (user === undefined || name === undefined || more.length > 0) throw noRoute(path);
  return { user: checkName(decode(user), 'user'), function: checkName(decode(name), 'function') };
}

/**
 * `<user>/<key>` of a path behind `prefix`; the key is the whole rest and may hold slashes, encoded or not.
 * Throws as {@link functionRef}.
 */
export function stateRef(path: string, prefix: string): StateRef {
  const slash = path.indexOf('/', prefix.length);
  if (slash < 0) throw noRoute(path);
  return {
    user: checkName(decode(path.slice(prefix.length, slash)), 'user'),
    key: checkKey(decode(path.slice(slash + 1))),
  };
}

/** The error for a path that leads nowhere. */
export function noRoute(path: string): FaasmError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new FaasmError('ROUTE_NOT_FOUND', `There is nothing at ${shown}.`);
}

/** Throws `METHOD_NOT_ALLOWED` unless the request's method is one of `methods`. */
export function checkMethod(request: ApiRequest, ...methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  throw new FaasmError('METHOD_NOT_ALLOWED', `${request.method} is not possible here: use ${methods.join(' or ')}.`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new FaasmError('BAD_REQUEST', 'The path is not valid percent-encoded UTF-8.', cause);
  }
}
