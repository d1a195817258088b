import { type ErrorCode, FaasmError } from '../core/errors.ts';

interface Reaction {
  readonly code: ErrorCode;
  readonly advice: string;
}

const CREDENTIALS: Reaction = {
  code: 'STATE_DENIED',
  advice: 'check user and password in FAASM_REDIS_URL',
};
const RIGHTS: Reaction = {
  code: 'STATE_DENIED',
  advice:
    'give the user of FAASM_REDIS_URL the right to run scripts and to use all keys that begin with FAASM_REDIS_PREFIX',
};
const FULL: Reaction = { code: 'STATE_FULL', advice: 'raise maxmemory of Redis, or remove values' };
const DISK: Reaction = {
  code: 'STATE_UNAVAILABLE',
  advice: 'Redis takes no changes because it cannot save them: look at its disk and its log',
};
const REPLICAS: Reaction = {
  code: 'STATE_UNAVAILABLE',
  advice: 'Redis takes no changes because it has too few replicas (min-replicas-to-write): bring them back',
};
const TURNING: Reaction = {
  code: 'STATE_UNAVAILABLE',
  advice: 'it is being started or another server takes over: try again',
};
const DEFECT: Reaction = { code: 'INTERNAL', advice: 'report it, with the log of Redis' };
const FOREIGN: Reaction = {
  code: 'STATE_CORRUPT',
  advice: 'somebody else writes keys that begin with FAASM_REDIS_PREFIX: choose another prefix',
};
const AWAY: Reaction = {
  code: 'STATE_UNAVAILABLE',
  advice: 'check that Redis runs and can be reached (FAASM_REDIS_URL); the host connects again by itself',
};

/** By the first word of an error of Redis. */
const REACTIONS: Readonly<Record<string, Reaction>> = {
  NOAUTH: CREDENTIALS,
  WRONGPASS: CREDENTIALS,
  NOPERM: RIGHTS,
  OOM: FULL,
  MISCONF: DISK,
  NOREPLICAS: REPLICAS,
  READONLY: TURNING,
  LOADING: TURNING,
  MASTERDOWN: TURNING,
  CLUSTERDOWN: TURNING,
  TRYAGAIN: TURNING,
  BUSY: TURNING,
  UNBLOCKED: TURNING,
  WRONGTYPE: FOREIGN,
  ERR: DEFECT,
};
/** Errors of Redis that say that a script was not run, and that pass. */
const PASSING: ReadonlySet<string> = new Set(['READONLY', 'LOADING', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY']);
/** What ioredis says of a command that it has not sent. */
const NOT_SENT = /^(Stream isn't writeable|Cluster isn't ready)/;

/**
 * `error` of ioredis as `STATE_UNAVAILABLE`, `STATE_DENIED`, `STATE_FULL`, `STATE_LIMIT`, `STATE_CORRUPT` or `INTERNAL` of the
 * tier `name`. Takes over no text of the error, nor the error itself: those hold commands with their arguments, and
 * addresses with passwords. `connection`: the last error of the connection, which says why nothing can be sent.
 */
export function redisError(name: string, error: unknown, connection?: unknown): FaasmError {
  const cause = isNotSent(error) && connection !== undefined ? connection : error;
  if (isTooLong(cause)) {
    return new FaasmError('STATE_LIMIT', `${name} takes no more than 512 MiB under one key: split the value.`);
  }
  const { code, advice } = reactionTo(cause);
  return new FaasmError(code, `The state in ${name} failed (${describe(cause)}): ${advice}.`);
}

/** Whether the command has surely not been carried out, and may be the next time. */
export function isPassing(error: unknown): boolean {
  return isNotSent(error) || PASSING.has(wordOf(error));
}

/** Whether the connection failed: whether the command has been carried out is not known. */
export function isConnectionLoss(error: unknown): boolean {
  return wordOf(error) === '';
}

/** Whether Redis does not know the script. */
export function isUnknownScript(error: unknown): boolean {
  return wordOf(error) === 'NOSCRIPT';
}

/** Whether trying again is of no use: the server refuses us. */
export function isRefusal(error: unknown): boolean {
  return reactionTo(error).code === 'STATE_DENIED';
}

function isNotSent(error: unknown): boolean {
  return NOT_SENT.test(messageOf(error));
}

function isTooLong(error: unknown): boolean {
  return /exceeds maximum allowed size/.test(messageOf(error));
}

function reactionTo(error: unknown): Reaction {
  return REACTIONS[wordOf(error)] ?? AWAY;
}

/** First word of what Redis answered, in capitals; empty for what is no answer of Redis. */
function wordOf(error: unknown): string {
  if ((error as { name?: unknown } | null)?.name !== 'ReplyError') return '';
  return /^[A-Z]+/.exec(messageOf(error))?.[0] ?? 'ERR';
}

function describe(error: unknown): string {
  const word = wordOf(error);
  if (word !== '') return word;
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === 'string') return code;
  return /timeout|timed out/i.test(messageOf(error)) ? 'it does not answer' : 'no connection';
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : '';
}
