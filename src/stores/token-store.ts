import { FaasmError } from '../core/errors.ts';
import { checkName } from '../core/names.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { TokenInfo, TokenStore } from '../core/ports.ts';
import { mapLimited } from './map-limited.ts';
import { tokenLookup } from './token-lookup.ts';
import {
  encodeToken,
  hashSecret,
  isAlive,
  isSecretOf,
  isTokenId,
  loadToken,
  newToken,
  parseToken,
  TOKENS_PREFIX,
  type TokenRecord,
  tokenKey,
  tokenOfKey,
  tokenText,
} from './token-record.ts';

/** Requests to the object store at a time for one listing. */
const PARALLEL_READS = 8;
/** The user of an administrator's token who is no user in particular. */
const EVERYBODY = '*';

/** Options of {@link tokenStore}. */
export interface TokenStoreOptions {
  readonly objects: ObjectStore;
  /** A token that another host revokes or creates is refused or known here after this time, in ms. */
  readonly refreshMs: number;
  /** Clock for expiry and refreshing, epoch ms. */
  readonly now?: () => number;
}

/**
 * Tokens `faasm_<id>_<secret>` on any object store: `tokens/<id>.json` holds what is known of one and the hash of its
 * secret. While the store is away, tokens that this host has verified within the last 10 minutes stay valid.
 */
export function tokenStore(options: TokenStoreOptions): TokenStore {
  const { objects, refreshMs } = options;
  const now = options.now ?? Date.now;
  const lookup = tokenLookup(objects, refreshMs, now);

  async function records(): Promise<readonly TokenRecord[]> {
    const ids = (await objects.list(TOKENS_PREFIX)).flatMap(({ key }) => tokenOfKey(key) ?? []);
    const found = await mapLimited(ids, PARALLEL_READS, (id) => loadToken(objects, id));
    return found.filter((record) => record !== undefined);
  }

  return {
    async create({ user, kind, note, ttlMs }) {
      const { id, secret } = newToken();
      const createdAt = now();
      const info: TokenInfo = {
        id,
        user: kind === 'admin' && user === EVERYBODY ? user : checkName(user, 'user'),
        kind,
        ...(note === undefined ? {} : { note }),
        createdAt: new Date(createdAt).toISOString(),
        ...(ttlMs === undefined ? {} : { expiresAt: expiry(createdAt, ttlMs) }),
      };
      const record = { info, secretSha256: hashSecret(secret) };
      await objects.put(tokenKey(id), encodeToken(record));
      lookup.remember(record);
      return { token: tokenText({ id, secret }), info };
    },

    async verify(token) {
      const parts = parseToken(token);
      if (parts === undefined) return undefined;
      const record = await lookup.find(parts.id);
      if (record === undefined || !isSecretOf(record, parts.secret) || !isAlive(record, now())) return undefined;
      return { user: record.info.user, kind: record.info.kind };
    },

    async list() {
      return (await records()).map(({ info }) => info);
    },

    async revoke(id) {
      if (!isTokenId(id) || (await objects.list(tokenKey(id))).length === 0) return false;
      await objects.remove(tokenKey(id));
      lookup.forget(id);
      return true;
    },

    async hasAdmin() {
      return (await records()).some((record) => record.info.kind === 'admin' && isAlive(record, now()));
    },
  };
}

function expiry(createdAt: number, ttlMs: number): string {
  const at = new Date(createdAt + ttlMs);
  if (ttlMs > 0 && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new FaasmError('BAD_REQUEST', `A token cannot live for ${ttlMs} ms: use a positive number of milliseconds.`);
}
