import { FaasmError, isFaasmError } from '../core/errors.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { loadToken, TOKENS_PREFIX, type TokenRecord, tokenKey } from './token-record.ts';

/** How long a token that was verified before is believed while the store is away. */
const GRACE_MS = 600_000;
/** A store that takes longer to confirm a known token counts as away for this time. */
const PATIENCE_MS = 1000;
/** Unknown ids that are looked for one by one within a refresh time; more of them are compared with one listing. */
const LOOKUPS = 100;
/** Tokens that are remembered; the ones confirmed longest ago are forgotten first. */
const KNOWN_MAX = 10_000;

interface Known {
  readonly record: TokenRecord;
  /** When the store last said so, and until when it is not asked again. */
  readonly confirmedAt: number;
  trustedUntil: number;
}

/** Records of tokens by id, as the store had them at most `refreshMs` ago. */
export interface TokenLookup {
  /** Undefined for an unknown one. Throws `STORE_*`, for a known one only when the store has been away for 10 minutes. */
  find(id: string): Promise<TokenRecord | undefined>;
  /** Takes note of a token that was created or revoked by this host. */
  remember(record: TokenRecord): void;
  forget(id: string): void;
}

/**
 * Looks up tokens so that neither many requests nor made-up tokens become many requests to the store: at most one each
 * `refreshMs` for a known token, and {@link LOOKUPS} and a listing for all unknown ones.
 */
export function tokenLookup(objects: ObjectStore, refreshMs: number, now: () => number): TokenLookup {
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<TokenRecord | undefined>>();
  let period = {
    until: 0,
    lookups: 0,
    absent: new Set<string>(),
    listing: undefined as Promise<Set<string>> | undefined,
  };

  function remember(record: TokenRecord, confirmedAt: number): void {
    const { id } = record.info;
    known.delete(id);
    known.set(id, { record, confirmedAt, trustedUntil: confirmedAt + refreshMs });
    const [oldest] = known.keys();
    if (known.size > KNOWN_MAX && oldest !== undefined) known.delete(oldest);
  }

  /** What the store has; those who ask at the same time share one request. */
  function ask(id: string): Promise<TokenRecord | undefined> {
    const pending = underWay.get(id);
    if (pending !== undefined) return pending;
    const askedAt = now();
    const answer = loadToken(objects, id)
      .then((record) => {
        // Revoked while we asked.
        if (underWay.get(id) !== answer) return undefined;
        if (record !== undefined) remember(record, askedAt);
        else {
          known.delete(id);
          period.absent.add(id);
        }
        return record;
      })
      .finally(() => {
        if (underWay.get(id) === answer) underWay.delete(id);
      });
    underWay.set(id, answer);
    return answer;
  }

  /** Whether a look at the store for an unknown id is worth while. */
  async function mayExist(id: string): Promise<boolean> {
    if (now() >= period.until) {
      period = { until: now() + refreshMs, lookups: 0, absent: new Set(), listing: undefined };
    }
    if (period.absent.has(id)) return false;
    if (underWay.has(id)) return true;
    period.lookups += 1;
    if (period.lookups <= LOOKUPS) return true;
    period.listing ??= objects.list(TOKENS_PREFIX).then((entries) => new Set(entries.map(({ key }) => key)));
    return (await period.listing).has(tokenKey(id));
  }

  /** The record as the store has it, or as it is known while the store is away. */
  async function confirm(id: string, entry: Known): Promise<TokenRecord | undefined> {
    try {
      return await withinPatience(ask(id));
    } catch (error) {
      const graceUntil = entry.confirmedAt + GRACE_MS;
      if (!isAway(error) || now() >= graceUntil) throw error;
      if (known.get(id) !== entry) return undefined;
      entry.trustedUntil = Math.min(now() + refreshMs, graceUntil);
      return entry.record;
    }
  }

  return {
    async find(id) {
      const entry = known.get(id);
      if (entry !== undefined) return now() < entry.trustedUntil ? entry.record : confirm(id, entry);
      return (await mayExist(id)) ? ask(id) : undefined;
    },
    remember: (record) => remember(record, now()),
    forget(id) {
      known.delete(id);
      underWay.delete(id);
    },
  };
}

function isAway(error: unknown): boolean {
  return isFaasmError(error) && (error.code === 'STORE_UNAVAILABLE' || error.code === 'STORE_DENIED');
}

/** `work`, or `STORE_UNAVAILABLE` when it takes too long; it goes on then. */
async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const message = `The store has not answered for ${PATIENCE_MS} ms: check that it is running.`;
    timer = setTimeout(() => reject(new FaasmError('STORE_UNAVAILABLE', message)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
