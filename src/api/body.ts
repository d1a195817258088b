import type { Principal } from '../core/call.ts';
import { FaasmError, isFaasmError } from '../core/errors.ts';
import { FAASM_TEXTS } from './faasm-texts.ts';
import type { ApiRequest } from './http.ts';
import { parseJsonText } from './json-text.ts';
import { type Checked, checkValue, type JsonSchema } from './schema.ts';

/** Largest bodies in bytes, by what they are for. */
export interface BodyLimits {
  readonly invoke: number;
  readonly upload: number;
  readonly state: number;
  readonly file: number;
}

/** Bytes that mean something to whoever gets them only. */
export interface BytesBody {
  readonly kind: 'bytes';
  readonly limit: keyof BodyLimits;
  readonly contentType: string;
  readonly description: string;
  /** Refuse a body of no bytes. */
  readonly notEmpty?: boolean;
}

/** JSON, whatever its content type says: `curl -d` says that it is a form. */
export interface JsonBody {
  readonly kind: 'json';
  readonly schema: JsonSchema;
  /** Absent: a small body. */
  readonly limit?: keyof BodyLimits;
  /** An empty body counts as `{}`. */
  readonly optional?: boolean;
  readonly example: unknown;
}

/** What a route takes as its body. */
export type BodySpec = BytesBody | JsonBody;

/** What the handler of such a route gets. */
export type BodyValue<B> = B extends { readonly kind: 'json'; readonly schema: infer S }
  ? Checked<S>
  : B extends { readonly kind: 'bytes' }
    ? Uint8Array
    : undefined;

/** Most bytes of a JSON body that is no call. */
const SMALL_BYTES = 64 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads and checks a body that `sender` sends. Waits for the client. Throws what `ApiRequest.body` throws, and `BAD_REQUEST`. */
export async function readBody(
  request: ApiRequest,
  spec: BodySpec,
  limits: BodyLimits,
  sender: Principal,
): Promise<unknown> {
  if (request.method === 'PUT' && request.header('content-range') !== undefined) {
    const message = 'The body is a part (Content-Range), but PUT replaces the whole: send it without that header.';
    throw new FaasmError('BAD_REQUEST', message);
  }
  const bytes = await request.body(bodyLimit(spec, limits), sender.kind === 'user' ? sender.user : undefined);
  if (spec.kind === 'bytes') {
    if (bytes.length === 0 && spec.notEmpty === true) throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.body);
    return bytes;
  }
  if (bytes.length > 0) return checkValue(spec.schema, parseJson(bytes), 'The body');
  if (spec.optional === true) return {};
  throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.body);
}

/** Largest body that a spec lets in. */
export function bodyLimit(spec: BodySpec, limits: BodyLimits): number {
  return spec.limit === undefined ? SMALL_BYTES : limits[spec.limit];
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return parseJsonText(UTF8.decode(bytes));
  } catch (cause) {
    if (isFaasmError(cause)) throw cause;
    const reason = (cause as { message?: string }).message ?? String(cause);
    throw new FaasmError('BAD_REQUEST', `The body is not JSON in UTF-8: ${reason}`, cause);
  }
}
