import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { ERROR_TABLE, type ErrorCode } from '../../../src/core/errors.ts';
import { post, uploadSamples } from '../samples.ts';
import { type ServerProcess, startServerProcess } from '../server-process.ts';
import type { Fuzzer } from './fuzzer.ts';
import { type HttpAnswer, parseAnswer } from './http-answer.ts';
import { type HttpRequest, makeRequest } from './http-requests.ts';

/** How long a client whose request is not whole waits for an answer. */
const PATIENCE_MS = 20;
/** Everything else must be answered; a machine under load takes its time. */
const ANSWER_MS = 30_000;
/** How often another client asks for something sensible. */
const HEALTHY_SHARE = 0.1;
/** What a server prints when something happened that nobody expected. */
const UNEXPECTED = /INTERNAL|Unexpected error|unhandled|warning|^\s+at /im;

/** Requests of broken and hostile clients: well-formed answers with known codes, and nobody else notices. */
export const HTTP_FUZZER: Fuzzer = {
  name: 'http',
  async open() {
    const server = await startServerProcess({
      environment: {
        FAASM_MAX_UPLOAD_BYTES: '256KiB',
        FAASM_MAX_STATE_BYTES: '256KiB',
        FAASM_MAX_INVOKE_BYTES: '256KiB',
        FAASM_MAX_FILE_BYTES: '256KiB',
        FAASM_BODY_TIMEOUT_MS: '200',
      },
    });
    await uploadSamples(server, 'echo', 'hello', 'exit_code');
    await uploadEcho(server);
    const ports = [server.invoke, server.upload].map((url) => Number(new URL(url).port));
    const outcomes = new Map<string, number>();
    return {
      async attempt(random) {
        const request = makeRequest(random);
        const healthy = random.chance(HEALTHY_SHARE) ? checkHealthy(server) : undefined;
        const answer = await exchange(random.pick(ports), request);
        try {
          checkAnswer(request, answer);
          checkServer(server);
        } catch (error) {
          const shown = JSON.stringify(request.bytes.subarray(0, 1000).toString('latin1'));
          throw new Error(`${(error as Error).message}\nThe request (${request.ending}): ${shown}`);
        }
        await healthy;
        const name = answer === undefined ? 'none' : String(answer.status);
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      },
      summary: () => [...outcomes].map(([name, count]) => `${name} ${count}`).join(', '),
      async close() {
        await server.kill();
      },
    };
  },
};

/** Sends a request on a connection of its own; answers what came back, undefined when nothing did. */
function exchange(port: number, { method, bytes, ending }: HttpRequest): Promise<HttpAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    let received = Buffer.alloc(0);
    const timer = setTimeout(
      () => (ending === 'cut' ? done(undefined) : fail(`No answer in ${ANSWER_MS} ms`)),
      ending === 'cut' ? PATIENCE_MS : ANSWER_MS,
    );
    const stop = (): void => {
      clearTimeout(timer);
      socket.destroy();
    };
    const done = (answer: HttpAnswer | undefined): void => {
      stop();
      resolve(answer);
    };
    const fail = (reason: string): void => {
      stop();
      reject(new Error(`${reason}; the request: ${JSON.stringify(bytes.subarray(0, 1000).toString('latin1'))}`));
    };
    const ended = (): void => {
      if (ending !== 'whole' || method === 'CONNECT') done(undefined);
      else fail(`The connection was closed after ${JSON.stringify(received.toString('latin1').slice(0, 300))}`);
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      try {
        const answer = parseAnswer(received, method === 'HEAD');
        if (answer !== undefined) done(answer);
      } catch (error) {
        fail((error as Error).message);
      }
    });
    socket.on('end', ended);
    // Ours when the server has cut off what it does not want to read; a connection refused means that it is gone.
    socket.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ECONNREFUSED') fail('The server is gone');
      else ended();
    });
    socket.write(bytes);
    if (ending === 'half') socket.end();
  });
}

/** Rejects an answer that is none of the API's. */
function checkAnswer({ method }: HttpRequest, answer: HttpAnswer | undefined): void {
  if (answer === undefined || answer.status < 400) return;
  const { status, headers, body } = answer;
  const code = headers.get('x-faasm-error') ?? '';
  const shown = `${status} ${code}: ${body.toString().slice(0, 300)}`;
  const known = Object.hasOwn(ERROR_TABLE, code) ? ERROR_TABLE[code as ErrorCode].status : undefined;
  // A head that is too long has a status of its own, which clients know.
  if (known !== status && !(status === 431 && code === 'BAD_REQUEST')) throw new Error(`An unknown answer: ${shown}`);
  if (code === 'INTERNAL') throw new Error(`A defect: ${shown}`);
  if (method === 'HEAD' || !headers.get('content-type')?.startsWith('application/json')) return;
  const parsed = JSON.parse(body.toString());
  if (parsed.code !== code || typeof parsed.message !== 'string')
    throw new Error(`The body says something else: ${shown}`);
}

function checkServer(server: ServerProcess): void {
  const { exitCode, signalCode } = server.process;
  if (exitCode !== null || signalCode !== null) throw new Error(`The server ended:\n${server.output()}`);
  if (UNEXPECTED.test(server.output())) throw new Error(`The server printed:\n${server.output().slice(-3000)}`);
}

/** A user whom no random request names: what those remove is not hers. */
const HEALTHY = 'healthy';

async function uploadEcho(server: ServerProcess): Promise<void> {
  const body = await readFile(new URL('../../../build/func/demo/echo.wasm', import.meta.url));
  const { status } = await fetch(`${server.upload}/f/${HEALTHY}/echo`, { method: 'PUT', body });
  if (status !== 200) throw new Error(`The upload for the healthy client was answered with ${status}`);
}

async function checkHealthy(server: ServerProcess): Promise<void> {
  const { status, text } = await post(server, { user: HEALTHY, function: 'echo', input_data: 'as ever' });
  if (status !== 200 || text !== 'as ever') throw new Error(`A healthy client got ${status}: ${text}`);
}
