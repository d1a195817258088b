import { FaasmError } from '../core/errors.ts';
import type { StateStat } from '../core/global-state.ts';
import type { StateAdmin } from '../core/ports.ts';
import { type ByteRange, requestedRange } from './byte-range.ts';
import { errorResponse } from './error-response.ts';
import type { ApiHeaders, ApiRequest, ApiResponse } from './http.ts';
import { entityTag, failedPrecondition, preconditionFailed, readPreconditions } from './preconditions.ts';

/** What is read of a value at a time: answers up to here are of one moment whatever happens. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** How often a value that is changed while it is looked at is looked at again. */
const ATTEMPTS = 16;

/** A value as an answer begins with it. */
interface Found {
  readonly stat: StateStat;
  readonly range: ByteRange;
  /** Undefined: nothing was read, because only the head is wanted. */
  readonly first: Uint8Array | undefined;
}

/**
 * Answers GET and HEAD of a value: `Range`, `If-Range`, `If-Match`, `If-None-Match`. Large values are read as they are
 * sent, a piece at a time; one that is changed meanwhile cuts the connection. Throws `STATE_NOT_FOUND`,
 * `PRECONDITION_FAILED`, `STATE_CONFLICT` and what {@link StateAdmin} throws.
 */
export async function stateValueResponse(
  state: StateAdmin,
  request: ApiRequest,
  user: string,
  key: string,
): Promise<ApiResponse> {
  const asked = readPreconditions(request);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stat = await state.stat(user, key);
    if (stat === undefined) throw noState(user, key);
    const etag = entityTag(stat);
    const failed = asked === undefined ? undefined : failedPrecondition(asked, stat);
    if (failed === 'If-Match') throw preconditionFailed(failed, stat);
    if (failed === 'If-None-Match') return { status: 304, headers: { etag }, body: '' };
    const ifRange = request.header('if-range');
    const range = requestedRange(
      ifRange === undefined || ifRange === etag ? request.header('range') : undefined,
      stat.sizeBytes,
    );
    if (range === 'outside') return outside(request, stat.sizeBytes);
    const wanted = range ?? { start: 0, end: stat.sizeBytes };
    const first = request.method === 'HEAD' ? undefined : await readPiece(state, user, key, wanted, stat);
    if (first === 'changed') continue;
    const headers = { etag, ...(range === undefined ? {} : { 'content-range': contentRange(range, stat.sizeBytes) }) };
    const found = { stat, range: wanted, first };
    return valueResponse(range === undefined ? 200 : 206, headers, found, pieces(state, user, key, found));
  }
  throw new FaasmError('STATE_CONFLICT', `State ${user}/${key} was changed ${ATTEMPTS} times while it was read.`);
}

/** The error for a key without a value. */
export function noState(user: string, key: string): FaasmError {
  return new FaasmError('STATE_NOT_FOUND', `User ${user} has no state ${JSON.stringify(key)}.`);
}

function valueResponse(
  status: number,
  headers: ApiHeaders,
  { range, first }: Found,
  stream: AsyncIterable<Uint8Array>,
): ApiResponse {
  const length = range.end - range.start;
  return {
    status,
    headers: {
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      'content-length': String(length),
      ...headers,
    },
    body: first?.length === length ? first : stream,
  };
}

function outside(request: ApiRequest, sizeBytes: number): ApiResponse {
  const message = `The value has ${sizeBytes} bytes: there are none in the range that was asked for.`;
  const headers = { 'content-range': `bytes */${sizeBytes}` };
  return errorResponse(request, { code: 'RANGE_NOT_SATISFIABLE', message }, { headers });
}

function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}`;
}

async function* pieces(state: StateAdmin, user: string, key: string, found: Found): AsyncGenerator<Uint8Array> {
  const { stat, range, first } = found;
  if (first !== undefined) yield first;
  for (let start = range.start + PIECE_BYTES; start < range.end; start += PIECE_BYTES) {
    const piece = await readPiece(state, user, key, { start, end: range.end }, stat);
    if (piece === 'changed') {
      throw new FaasmError('STATE_CONFLICT', `State ${user}/${key} was changed while it was sent.`);
    }
    yield piece;
  }
}

/** The next piece of a range of the value that `stat` is of. */
async function readPiece(
  state: StateAdmin,
  user: string,
  key: string,
  { start, end }: ByteRange,
  stat: StateStat,
): Promise<Uint8Array | 'changed'> {
  const found = await state.read(user, key, start, Math.min(PIECE_BYTES, end - start));
  return found?.stat.version === stat.version ? found.bytes : 'changed';
}
