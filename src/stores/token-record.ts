import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { FaasmError } from '../core/errors.ts';
import type { ObjectStore } from '../core/object-store.ts';
import type { TokenInfo } from '../core/ports.ts';
import { encodeRecord, readRecord } from './json-record.ts';

/** Raise when readers of the format before cannot read the new one. */
const RECORD_FORMAT = 1;
const ID_BYTES = 6;
const SECRET_BYTES = 32;
const TOKEN = /^faasm_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;
const ID = /^[0-9a-f]{12}$/;
const HASH = /^[0-9a-f]{64}$/;
const ADVICE = 'revoke this token and create another';

/** Begins the keys of all tokens. */
export const TOKENS_PREFIX = 'tokens/';

/** What is kept of a token: its secret only as SHA-256. */
export interface TokenRecord {
  readonly info: TokenInfo;
  readonly secretSha256: string;
}

/** A token's parts, as its text holds them: `faasm_<id>_<secret>`. */
export interface TokenParts {
  readonly id: string;
  readonly secret: string;
}

/** New parts: 6 and 32 random bytes. */
export function newToken(): TokenParts {
  return { id: randomBytes(ID_BYTES).toString('hex'), secret: randomBytes(SECRET_BYTES).toString('base64url') };
}

/** The text that a client sends. */
export function tokenText({ id, secret }: TokenParts): string {
  return `faasm_${id}_${secret}`;
}

/** Parts of a text; undefined when it cannot be a token. */
export function parseToken(text: string): TokenParts | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** Whether `id` has the form of a token's id. */
export function isTokenId(id: string): boolean {
  return ID.test(id);
}

/** SHA-256 of a secret, in hexadecimal. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Whether `secret` is the token's, in a time that says nothing about it. */
export function isSecretOf(record: TokenRecord, secret: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret), 'hex'), Buffer.from(record.secretSha256, 'hex'));
}

/** Whether the token has not expired. `now` in epoch ms. */
export function isAlive({ info }: TokenRecord, now: number): boolean {
  return info.expiresAt === undefined || now < Date.parse(info.expiresAt);
}

/** Key of the object that holds a token's record. */
export function tokenKey(id: string): string {
  return `${TOKENS_PREFIX}${id}.json`;
}

/** The token whose record has this key. */
export function tokenOfKey(key: string): string | undefined {
  const id = key.slice(TOKENS_PREFIX.length).replace(/\.json$/, '');
  return isTokenId(id) && key === tokenKey(id) ? id : undefined;
}

/** The bytes of a record. */
export function encodeToken({ info, secretSha256 }: TokenRecord): Uint8Array {
  return encodeRecord({ format: RECORD_FORMAT, ...info, secretSha256 });
}

/** The record of token `id`, undefined when there is none. Throws `STORE_*`. */
export async function loadToken(objects: ObjectStore, id: string): Promise<TokenRecord | undefined> {
  const key = tokenKey(id);
  const bytes = await objects.get(key);
  return bytes === undefined ? undefined : readToken(bytes, id, `${key} in ${objects.name}`);
}

function readToken(bytes: Uint8Array, id: string, where: string): TokenRecord {
  const { format: _, secretSha256, ...info } = readRecord(bytes, RECORD_FORMAT, where, ADVICE);
  const { user, kind, note, createdAt, expiresAt } = info;
  const known = kind === 'admin' || kind === 'user';
  const times = typeof createdAt === 'string' && (expiresAt === undefined || isTime(expiresAt));
  const sound = info['id'] === id && typeof user === 'string' && known && times && isTextOrNone(note);
  if (sound && typeof secretSha256 === 'string' && HASH.test(secretSha256)) {
    return { info: info as unknown as TokenInfo, secretSha256 };
  }
  throw new FaasmError('STORE_CORRUPT', `${where} is damaged (it is no record of this token): ${ADVICE}.`);
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
