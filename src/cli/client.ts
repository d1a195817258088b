import { CliError, usageError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { hintFor } from './hints.ts';

/** Where a client sends its requests. */
export interface ClientOptions {
  readonly host: string;
  readonly token?: string;
  readonly fetch: typeof globalThis.fetch;
}

/** What a request may carry. */
export interface RequestOptions {
  /** Parameters that are undefined or false are left out; true is sent as 1. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob | ReadableStream<Uint8Array> | string;
  /** Sent as JSON; instead of `body`. */
  readonly json?: unknown;
  readonly signal?: AbortSignal;
}

/** Speaks to a host. Every method throws a `CliError`: what the host answered, or that it could not be reached. */
export interface Client {
  readonly host: string;
  /** Whether a token is sent. */
  readonly hasToken: boolean;
  /** The answer, its status below 400; the body has not been read. */
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  /** The answer's JSON. */
  json<T>(method: string, path: string, options?: RequestOptions): Promise<T>;
}

export const DEFAULT_HOST = 'http://127.0.0.1:8080';

/** A client; nothing is sent yet. */
export function createClient({ host, token, fetch }: ClientOptions): Client {
  const base = (host.includes('://') ? host : `http://${host}`).replace(/\/+$/, '');
  const request: Client['request'] = async (method, path, options = {}) => {
    const headers = new Headers({ accept: 'application/json', ...options.headers });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (options.json !== undefined) headers.set('content-type', 'application/json');
    const body = options.json === undefined ? options.body : JSON.stringify(options.json);
    const init = {
      method,
      headers,
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    };
    const response = await fetch(address(base, path, options.query), init).catch((error: unknown) => {
      throw unreachable(base, error);
    });
    if (response.status >= 400) throw await refusal(response);
    return response;
  };
  return {
    host: base,
    hasToken: token !== undefined,
    request,
    async json<T>(method: string, path: string, options?: RequestOptions) {
      const response = await request(method, path, options);
      const text = await response.text().catch((error: unknown) => {
        throw unreachable(base, error);
      });
      return parseJson(text, base) as T;
    },
  };
}

/** Parts of a path, escaped; slashes inside a part stay inside it, so that `a/../b` arrives as it is. */
export function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}

function address(base: string, path: string, query: RequestOptions['query'] = {}): URL {
  if (!isHost(base)) {
    throw usageError(`The host ${JSON.stringify(base)} is no address of one.`, {
      hint: 'Set FAASM_HOST or --host to one such as http://127.0.0.1:8080, and FAASM_TOKEN to a token if it needs one.',
      example: 'FAASM_HOST=http://127.0.0.1:8080 faasm functions',
    });
  }
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== false) url.searchParams.set(name, value === true ? '1' : String(value));
  }
  return url;
}

/** Whether `base` is a URL that paths can follow, without a name and a password, which are sent to no host. */
function isHost(base: string): boolean {
  const url = URL.parse(base);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === '';
}

function parseJson(text: string, host: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notFaasm(host, 'what it answers is not JSON');
  }
}

function notFaasm(host: string, why: string): CliError {
  return new CliError('NO_FAASM_HOST', EXIT.unreachable, `${host} does not seem to be a Faasm host: ${why}.`, {
    hint: 'Check FAASM_HOST or --host.',
    example: 'faasm doctor',
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'there is no machine of this name',
  EAI_AGAIN: 'its name cannot be looked up',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it took the request but did not answer in time; for long calls use --async',
  UND_ERR_SOCKET: 'the connection was cut',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS; write http:// instead of https://',
};

/** The error for a request that got no whole answer. */
export function unreachable(host: string, error: unknown): CliError {
  const { cause = error } = error as { cause?: unknown };
  const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
  const reason = REASONS[code] ?? message;
  return new CliError('HOST_UNREACHABLE', EXIT.unreachable, `Cannot reach ${host}: ${reason}.`, {
    hint: 'Start a host on this machine with `faasm up`, or name another one with FAASM_HOST or --host.',
    example: 'faasm up',
  });
}

/** The error that an answer tells, as JSON, or as text in the `CODE: message` form. */
async function refusal(response: Response): Promise<CliError> {
  const text = await response.text().catch(() => '');
  const told = toldError(text);
  const code = told.code ?? response.headers.get('x-faasm-error') ?? `HTTP_${response.status}`;
  const { code: _, message, ...fields } = told;
  const isRefused = ['UNAUTHENTICATED', 'FORBIDDEN', 'HTTP_401', 'HTTP_403'].includes(code);
  return new CliError(code, isRefused ? EXIT.refused : EXIT.failed, message ?? `${response.status} ${text}`.trim(), {
    ...hintFor(code),
    fields,
  });
}

function toldError(text: string): { readonly code?: string; readonly message?: string } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    const match = /^([A-Z_]+): (.*)$/s.exec(text.trim());
    return match === null ? {} : { code: match[1] ?? '', message: match[2] ?? '' };
  }
}
