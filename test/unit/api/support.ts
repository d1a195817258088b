import { faasmApi } from '../../../src/api/api.ts';
import type { AuthMode } from '../../../src/api/auth.ts';
import type { BodyLimits } from '../../../src/api/body.ts';
import type { ApiHandler, ApiRequest } from '../../../src/api/http.ts';
import { FaasmError } from '../../../src/core/errors.ts';
import { type FakeFunction, type FakeRuntime, fakeRuntime } from '../../support/fake-runtime.ts';
import { expectDescribed, type ReadAnswer } from './described.ts';

/** A request as a test writes it. */
export interface TestRequest {
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Given the function that reports the client as gone. */
  readonly onDisconnect?: (disconnect: () => void) => void;
  /** Told that the body is being read. */
  readonly onBody?: () => void;
}

/** An answer, and whether its body was a stream. */
export interface TestAnswer extends ReadAnswer {
  readonly streamed: boolean;
}

/** The API in front of a fake runtime. */
export interface TestApi {
  readonly runtime: FakeRuntime;
  readonly api: ApiHandler;
  /** `target` may have a query. */
  send(method: string, target: string, options?: TestRequest): Promise<TestAnswer>;
  /** Sends with the token of a user who is made up when first named; `admin` is an administrator. */
  as(user: string, method: string, target: string, options?: TestRequest): Promise<TestAnswer>;
}

const BODIES: BodyLimits = { invoke: 1000, upload: 100, state: 200, file: 300 };

/** Opens the API. */
export function openApi(
  functions: Readonly<Record<string, FakeFunction>> = {},
  options: { readonly auth?: AuthMode; readonly bodies?: BodyLimits } = {},
): TestApi {
  const runtime = fakeRuntime(functions);
  const { auth = 'open', bodies = BODIES } = options;
  const api = faasmApi(runtime, { auth, bodies, fileAnswerBytes: 300_000, platform: 'test' });
  const tokens = new Map<string, string>();
  return {
    runtime,
    api,
    send: (method, target, request) => described(method, target, send(api, method, target, request)),
    async as(user, method, target, request = {}) {
      const kind = user === 'admin' ? 'admin' : 'user';
      const token = tokens.get(user) ?? (await runtime.tokens.create({ user, kind })).token;
      tokens.set(user, token);
      const headers = { authorization: `Bearer ${token}`, ...request.headers };
      return described(method, target, send(api, method, target, { ...request, headers }));
    },
  };
}

/** All that tests see of the API must be in its description. */
async function described(method: string, target: string, answering: Promise<TestAnswer>): Promise<TestAnswer> {
  const answer = await answering;
  expectDescribed(method, testRequest(method, target).path, answer);
  return answer;
}

/** Sends a request to `handler` and reads the whole answer. */
export async function send(
  handler: ApiHandler,
  method: string,
  target: string,
  options: TestRequest = {},
): Promise<TestAnswer> {
  const response = await handler(testRequest(method, target, options));
  const { body } = response;
  const streamed = typeof body !== 'string' && !ArrayBuffer.isView(body);
  const parts: Uint8Array[] = [];
  if (typeof body === 'string' || ArrayBuffer.isView(body)) parts.push(Buffer.from(body as string));
  else for await (const chunk of body) parts.push(chunk);
  return { status: response.status, headers: response.headers, text: Buffer.concat(parts).toString(), streamed };
}

/** A request whose body has arrived. */
export function testRequest(method: string, target: string, options: TestRequest = {}): ApiRequest {
  const bytes = Buffer.from(options.body ?? '');
  const mark = target.indexOf('?');
  return {
    method,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    header: (name) => options.headers?.[name],
    async body(maxBytes) {
      options.onBody?.();
      if (bytes.length > maxBytes) throw new FaasmError('BODY_TOO_LARGE', 'too large');
      return bytes;
    },
    onDisconnect: (listener) => options.onDisconnect?.(listener),
  };
}

/** Status and error code of an answer. */
export function outcome(answer: TestAnswer): readonly [status: number, code: string | undefined] {
  return [answer.status, answer.headers['x-faasm-error']];
}
