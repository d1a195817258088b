import type { Principal } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import type { TokenStore } from '../core/ports.ts';
import type { ApiRequest } from './http.ts';
import type { Route } from './route.ts';

/**
 * `open`: who sends no token is the administrator, for hosts that only local clients reach. `tokens`: everybody needs
 * one. A token that is sent must be valid either way.
 */
export type AuthMode = 'open' | 'tokens';

const LOCAL_ADMIN: Principal = Object.freeze({ user: '*', kind: 'admin' });
/** Whoever uses a public route. */
const NOBODY: Principal = Object.freeze({ user: '', kind: 'user' });

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** Who sends `request`; a promise only where a token has to be looked up. Throws `UNAUTHENTICATED`, `STORE_*`. */
export function authenticate(
  request: ApiRequest,
  tokens: TokenStore,
  mode: AuthMode,
  access: Route['access'],
): Principal | Promise<Principal> {
  if (access === 'public') return NOBODY;
  const header = request.header('authorization');
  if (header !== undefined) return verify(header, tokens);
  if (mode === 'open') return LOCAL_ADMIN;
  throw new FaasmError('UNAUTHENTICATED', 'A token is needed: send the header Authorization: Bearer <token>.');
}

async function verify(header: string, tokens: TokenStore): Promise<Principal> {
  const token = BEARER.exec(header)?.[1];
  const principal = token === undefined ? undefined : await tokens.verify(token);
  if (principal !== undefined) return principal;
  const reason = token === undefined ? 'is not of the form Bearer <token>' : 'holds no valid token';
  throw new FaasmError(
    'UNAUTHENTICATED',
    `The header Authorization ${reason}: it may be mistyped, expired or revoked.`,
  );
}

/** Throws `FORBIDDEN` unless `principal` may use `route` on the things of `user`, the user whom the path names. */
export function authorise(route: Route, principal: Principal, user: string | undefined): void {
  if (route.access === 'public') return;
  if (route.access === 'admin') checkAdmin(principal);
  else if (user !== undefined && route.openUsers?.includes(user) !== true) checkUser(principal, user);
}

/** Throws `FORBIDDEN` unless `principal` may reach the things of `user`, whether or not there are any. */
export function checkUser(principal: Principal, user: string): void {
  if (owns(principal, user)) return;
  throw new FaasmError('FORBIDDEN', `The token of user ${principal.user} does not reach what belongs to ${user}.`);
}

/** Throws `FORBIDDEN` unless `principal` is an administrator. */
export function checkAdmin(principal: Principal): void {
  if (principal.kind === 'admin') return;
  throw new FaasmError('FORBIDDEN', `Only administrators may do this; the token is one of user ${principal.user}.`);
}

/** Whether the things of `user` are `principal`'s own, or all are. */
export function owns(principal: Principal, user: string): boolean {
  return principal.kind === 'admin' || principal.user === user;
}
