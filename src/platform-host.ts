import { faasmApi } from './api/api.ts';
import type { FaasmApiOptions } from './api/api-options.ts';
import type { ApiBody, ApiHandler, ApiResponse } from './api/http.ts';
import { platformRequest, type ReadObject } from './api/platform-request.ts';
import type { CallResult } from './core/call.ts';
import { FaasmError } from './core/errors.ts';
import type { PlatformRequest, PlatformResponse } from './core/platform.ts';
import type { CallRequest, Runtime } from './core/ports.ts';
import { invocationRuntime } from './invocation-runtime.ts';

/** What {@link platformHost} needs. */
export interface PlatformHostOptions extends Omit<FaasmApiOptions, 'auth' | 'fileAnswerBytes'> {
  readonly readObject: ReadObject;
  /** Told every call that has ended, before the request that started it is answered. */
  readonly callEnded: (call: CallRequest, result: CallResult) => void;
}

/** When an event must be over. Epoch ms. */
export interface PlatformDeadline {
  /** Calls under way end here, with `TIMEOUT`. */
  readonly callsEndAt: number;
  /** Whatever is not answered by then is answered with `TIMEOUT`, whether or not its calls have ended. */
  readonly answerAt: number;
}

/** A host of a platform that sends events and keeps the process from running between them. */
export interface PlatformHost {
  /**
   * Answers a request. Waits until every call that it started has ended: nothing runs once it is answered. Throws
   * `TIMEOUT` when there is no answer at `answerAt`.
   */
  answer(request: PlatformRequest, deadline: PlatformDeadline): Promise<PlatformResponse>;
  /**
   * Hands the answer of a request to `send`, which may read its body as it comes, and waits for it. Rejects as `send`
   * does, and with `TIMEOUT`; `signal` is aborted then.
   */
  stream(
    request: PlatformRequest,
    deadline: PlatformDeadline,
    send: (response: ApiResponse, signal: AbortSignal) => Promise<void>,
  ): Promise<void>;
}

/** The HTTP API of `runtime` for a platform. Requests that are not trusted need tokens. */
export function platformHost(runtime: Runtime, options: PlatformHostOptions): PlatformHost {
  const { readObject, callEnded, bodies, platform } = options;
  const invocations = invocationRuntime(runtime, callEnded);
  const [trusted, open] = (['open', 'tokens'] as const).map((auth) =>
    faasmApi(invocations, { bodies, fileAnswerBytes: bodies.file, platform, auth }),
  );

  async function run<T>(
    request: PlatformRequest,
    deadline: PlatformDeadline,
    send: (response: ApiResponse, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const api = (request.trusted ? trusted : open) as ApiHandler;
    const over = new AbortController();
    return invocations.during(deadline.callsEndAt, async (calls) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          over.abort();
          calls.cancel();
          reject(new FaasmError('TIMEOUT', 'The platform ends this event before it could be answered.'));
        }, deadline.answerAt - Date.now());
      });
      const work = async (): Promise<T> => {
        const response = await api(platformRequest(request, readObject, over.signal));
        // The calls of an answer that is a stream go on while it is sent.
        if (!isStream(response.body)) await calls.ended();
        const sent = await send(response, over.signal);
        await calls.ended();
        return sent;
      };
      try {
        return await Promise.race([work(), late]);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  return {
    answer: (request, deadline) => run(request, deadline, whole),
    stream: (request, deadline, send) => run(request, deadline, send),
  };
}

/** An answer with its body in one piece. */
async function whole({ status, headers, body }: ApiResponse): Promise<PlatformResponse> {
  if (!isStream(body)) return { status, headers, body: typeof body === 'string' ? Buffer.from(body) : body };
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return { status, headers, body: Buffer.concat(chunks) };
}

function isStream(body: ApiBody): body is AsyncIterable<Uint8Array> {
  return typeof body !== 'string' && !ArrayBuffer.isView(body);
}
