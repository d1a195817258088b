import { randomBytes } from 'node:crypto';
import { FaasmError } from '../core/errors.ts';
import type { StateStat } from '../core/global-state.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { StateKeys } from './redis-keys.ts';

/** Most bytes of a value in one request or answer: parsing a larger one would hold up all calls of the host. */
export const PIECE_BYTES = 1024 * 1024;
/** Largest string that Redis takes unless it is set up otherwise (proto-max-bulk-len). */
export const VALUE_MAX_BYTES = 512 * 1024 * 1024;
/** How long what has been sent in part is kept for the rest to come. */
const TEMPORARY_TTL_MS = 60_000;
const PIECES_UNDER_WAY = 4;
/** Reads of a large value that changes meanwhile, before a copy is made of it on the server. */
const READS_BEFORE_COPY = 2;

/** Bytes of a value and what they are of. */
export interface ReadBytes {
  readonly bytes: Uint8Array;
  readonly stat: StateStat;
}

/** The first bytes of [offset, offset + length) of the value, at most {@link PIECE_BYTES}. */
async function readPiece(
  redis: RedisConnection,
  keys: StateKeys,
  offset: number,
  length: number,
): Promise<ReadBytes | undefined> {
  const args = [offset, Math.min(length, PIECE_BYTES)];
  const answer = await redis.run('read-2', [keys.value, keys.version], args, { repeatable: true });
  if (answer === null) return undefined;
  const [sizeBytes, version, bytes] = answer as [number, number, Buffer];
  return { bytes, stat: { sizeBytes, version } };
}

/** Bytes of one version of the value, owned by the caller; see GlobalState.read. */
export async function readValue(
  redis: RedisConnection,
  keys: StateKeys,
  offset: number,
  length: number,
): Promise<ReadBytes | undefined> {
  for (let attempt = 0; attempt < READS_BEFORE_COPY; attempt += 1) {
    const first = await readPiece(redis, keys, offset, length);
    if (first === undefined) return undefined;
    const { stat } = first;
    const bytes = new Uint8Array(Math.max(0, Math.min(length, stat.sizeBytes - offset)));
    bytes.set(first.bytes);
    const whole = await eachPiece(bytes.length, first.bytes.length, async (at, pieceBytes) => {
      const piece = await readPiece(redis, keys, offset + at, pieceBytes);
      if (piece?.stat.version !== stat.version) return false;
      bytes.set(piece.bytes, at);
      return true;
    });
    if (whole) return { bytes, stat };
  }
  return readCopy(redis, keys, offset, length);
}

async function readCopy(
  redis: RedisConnection,
  keys: StateKeys,
  offset: number,
  length: number,
): Promise<ReadBytes | undefined> {
  const copy = newTemporary(keys);
  const all = [keys.value, keys.version, copy];
  const answer = await redis.run('copy-3', all, [TEMPORARY_TTL_MS], { repeatable: true });
  if (answer === null) return undefined;
  const [sizeBytes, version] = answer as [number, number];
  const bytes = new Uint8Array(Math.max(0, Math.min(length, sizeBytes - offset)));
  try {
    await eachPiece(bytes.length, 0, async (at, pieceBytes) => {
      const piece = await redis.command('GETRANGE', copy, offset + at, offset + at + pieceBytes - 1);
      if ((piece as Buffer).length !== pieceBytes) throw lost(redis);
      bytes.set(piece as Buffer, at);
      return true;
    });
  } finally {
    await dropTemporary(redis, copy);
  }
  return { bytes, stat: { sizeBytes, version } };
}

/**
 * Sends the bytes of `parts`, one after the other, into a temporary key, has `use` do something with it, and removes it.
 * Nothing of it is seen by anybody but the script that uses it.
 */
export async function withStaged<T>(
  redis: RedisConnection,
  keys: StateKeys,
  parts: readonly Uint8Array[],
  use: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = newTemporary(keys);
  try {
    let start = 0;
    for (const part of joined(parts)) {
      const offset = start;
      await eachPiece(part.length, 0, async (at, pieceBytes) => {
        const args = [offset + at, part.subarray(at, at + pieceBytes), TEMPORARY_TTL_MS];
        // In order on their way; where Redis has forgotten one meanwhile, it refuses the next.
        if ((await redis.run('stage-1', [temporary], args, { repeatable: true })) === null) throw lost(redis);
        return true;
      });
      start += part.length;
    }
    return await use(temporary);
  } finally {
    await dropTemporary(redis, temporary);
  }
}

/** The same bytes in few parts: each is a request at least. */
function joined(parts: readonly Uint8Array[]): Uint8Array[] {
  const groups: Uint8Array[][] = [[]];
  let sizeBytes = 0;
  for (const part of parts) {
    sizeBytes += part.length;
    if (sizeBytes > PIECE_BYTES) {
      groups.push([]);
      sizeBytes = part.length;
    }
    groups.at(-1)?.push(part);
  }
  return groups.map((group) => (group.length === 1 && group[0] ? group[0] : Buffer.concat(group)));
}

/** The error of something staged that is not there any more. */
export function lost(redis: RedisConnection): FaasmError {
  return new FaasmError(
    'STATE_UNAVAILABLE',
    `The state in ${redis.name} lost what was on its way: Redis was started anew or took too long. Try again.`,
  );
}

/** Does `work` for each piece of [from, sizeBytes), some at a time, until one answers false; whether none did. */
async function eachPiece(
  sizeBytes: number,
  from: number,
  work: (at: number, pieceBytes: number) => Promise<boolean>,
): Promise<boolean> {
  let next = from;
  let going = true;
  const take = async (): Promise<void> => {
    while (going && next < sizeBytes) {
      const at = next;
      next += PIECE_BYTES;
      try {
        if (!(await work(at, Math.min(PIECE_BYTES, sizeBytes - at)))) going = false;
      } catch (error) {
        going = false;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: PIECES_UNDER_WAY }, take));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return going;
}

function newTemporary(keys: StateKeys): string {
  return keys.temporary(randomBytes(12).toString('hex'));
}

/** It expires by itself, too. */
async function dropTemporary(redis: RedisConnection, temporary: string): Promise<void> {
  await redis.command('UNLINK', temporary).catch(() => undefined);
}
