import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BYTES_GUEST } from '../../../support/guests/bytes.ts';
import { fetchLambda, sendEvent, uploadModule, uploadToLambda } from '../../../support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../../support/lambda-platform.ts';
import { eventOf, type LambdaFront, streamedResponse } from '../../../support/lambda-requests.ts';
import type { EventOptions, LambdaAnswer } from '../../../support/lambda-runtime-api.ts';
import { type LambdaCode, type LambdaSandbox, startLambdaSandbox } from '../../../support/lambda-sandbox.ts';
import { peakMemoryBytes } from '../../../support/process-facts.ts';
import { words } from '../../../support/runtime.ts';
import { temporaryFolder } from '../../../support/store-folder.ts';
import { wat } from '../../../support/wat.ts';

const MIB = 1024 * 1024;
const LARGE_BYTES = 64 * MIB;

/** Answers that are sent as they come. */
export function streamingSuite(name: string, code: () => LambdaCode): void {
  describe(`streamed answers: ${name}`, () => {
    let sandbox: LambdaSandbox;

    beforeAll(async () => {
      const folder = temporaryFolder();
      const environment = {
        FAASM_STORE_DIR: folder,
        FAASM_ADMIN_TOKEN: LAMBDA_TOKEN,
        FAASM_OUTPUT_BYTES: '512MiB',
        FAASM_STORE_REFRESH_MS: '50',
      };
      // Uploads are simpler to send to the handler that answers in one piece.
      const uploads = await startLambdaSandbox({ code: code(), environment });
      await uploadToLambda(uploads, 'hello', 'echo', 'exit_code', 'sleep');
      await uploadModule(uploads, 'bytes', await wat(BYTES_GUEST));
      await uploads.close();
      sandbox = await startLambdaSandbox({ code: code(), handler: 'streamHandler', environment });
    });
    afterAll(() => sandbox?.close());

    const send = async (
      path: string,
      init: RequestInit = {},
      options: EventOptions = {},
      front: LambdaFront = 'function-url',
    ): Promise<LambdaAnswer> => {
      const headers = { authorization: `Bearer ${LAMBDA_TOKEN}`, ...(init.headers as Record<string, string>) };
      const request = new Request(`https://faasm.test${path}`, { method: 'POST', ...init, headers });
      return sendEvent(sandbox, await eventOf(front, request), options);
    };
    const bytesCall = (size: number, options: EventOptions = {}): Promise<LambdaAnswer> =>
      send('/v1/invoke/demo/bytes?stream=1', { body: words([size]).slice() }, options);

    it.each(['function-url', 'rest-api'] as const)('begin with status and headers: %s', async (front) => {
      const answer = await send('/v1/invoke/demo/echo', { body: 'streamed' }, {}, front);
      expect(answer).toMatchObject({
        streamed: true,
        contentType: 'application/vnd.awslambda.http-integration-response',
      });
      const response = streamedResponse(answer.payload);
      expect([response.status, await response.text()]).toEqual([200, 'streamed']);
      expect(response.headers.get('x-faasm-call')).toMatch(/^\d+$/);
    });

    it('may be empty', async () => {
      const response = streamedResponse((await send('/v1/whoami', { method: 'HEAD' })).payload);
      expect([response.status, await response.text()]).toEqual([200, '']);
    });

    it('are errors where the request is wrong', async () => {
      const missing = streamedResponse((await send('/v1/invoke/demo/missing?stream=1')).payload);
      expect([missing.status, missing.headers.get('x-faasm-error')]).toEqual([404, 'FUNCTION_NOT_FOUND']);
      const failed = streamedResponse((await send('/v1/invoke/demo/exit_code?stream=1', { body: '4' })).payload);
      expect(failed.status).toBe(500);
      const malformed = await sendEvent(sandbox, { version: '2.0', requestContext: { http: { method: 'GET' } } });
      expect(JSON.parse(malformed.payload.toString())).toMatchObject({ statusCode: 400 });
    });

    it('of other events are their answers as JSON', async () => {
      const answer = await sendEvent(sandbox, { user: 'demo', function: 'hello' });
      expect(answer.contentType).toBe('application/json');
      expect(JSON.parse(answer.payload.toString())).toMatchObject({ output_data: 'Hello Faasm!' });
      const failure = await sendEvent(sandbox, { user: 'demo', function: 'missing' });
      expect(failure.functionError).toBe('Unhandled');
      expect(JSON.parse(failure.payload.toString())).toMatchObject({ errorType: 'FUNCTION_NOT_FOUND' });
    });

    it('of 64 MiB come whole, while the function still writes, and in bounded memory', async () => {
      // Warm: the first call compiles and grows the heap.
      await bytesCall(MIB);
      const before = peakMemoryBytes(sandbox.process.pid);
      let received = 0;
      const answer = await bytesCall(LARGE_BYTES, {
        onChunk(chunk) {
          received += chunk.length;
        },
      });
      expect(answer.functionError).toBeUndefined();
      const headBytes = received - LARGE_BYTES;
      expect([headBytes > 8, headBytes < 4096]).toEqual([true, true]);
      expect(answer.chunks.length).toBeGreaterThan(100);
      const grown = peakMemoryBytes(sandbox.process.pid) - before;
      // The output itself is kept by its call until that has ended; nothing else of that size is.
      expect(grown).toBeLessThan(1.75 * LARGE_BYTES);
    });

    it('are refused when they would be larger than Lambda streams', async () => {
      const answer = await bytesCall(201 * MIB, { onChunk: () => undefined });
      expect(answer.functionError).toBe('Unhandled');
      expect(JSON.parse(answer.payload.toString())).toMatchObject({
        errorMessage: expect.stringContaining('209715200'),
      });
    });

    it('break off with an error when the time is over', async () => {
      const slow = { timeoutMs: 1_500, onChunk: () => new Promise<void>((done) => setTimeout(done, 50)) };
      const answer = await bytesCall(LARGE_BYTES, slow);
      expect(answer.functionError).toBe('Unhandled');
      const next = streamedResponse((await send('/v1/invoke/demo/echo', { body: 'next' })).payload);
      expect(await next.text()).toBe('next');
    });
  });

  describe(`streams in one piece: ${name}`, () => {
    it('are answered whole by the handler that does not stream', async () => {
      const environment = { FAASM_STORE_DIR: temporaryFolder(), FAASM_ADMIN_TOKEN: LAMBDA_TOKEN };
      const sandbox = await startLambdaSandbox({ code: code(), environment });
      try {
        await uploadModule(sandbox, 'bytes', await wat(BYTES_GUEST));
        const body = words([MIB]).slice();
        const response = await fetchLambda(sandbox, '/v1/invoke/demo/bytes?stream=1', { method: 'POST', body });
        expect((await response.arrayBuffer()).byteLength).toBe(MIB);
      } finally {
        await sandbox.close();
      }
    });
  });
}
