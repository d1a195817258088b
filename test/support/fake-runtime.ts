import type { Call, CallResult } from '../../src/core/call.ts';
import { FaasmError } from '../../src/core/errors.ts';
import { endedStream } from '../../src/core/output-stream.ts';
import type { CallRequest, CallStatus, Runtime } from '../../src/core/ports.ts';

/** What a fake function does: answers its output, throws a `FaasmError` or ends as the partial result says. */
export type FakeFunction = (
  request: CallRequest,
  signal: AbortSignal,
) => Promise<string | Uint8Array[] | Partial<CallResult>>;

/** A runtime without Faaslets, for tests of what lies in front of it; shows what it was asked. */
export interface FakeRuntime extends Runtime {
  readonly calls: CallRequest[];
  readonly uploads: Map<string, Uint8Array>;
  readonly cancelled: number[];
}

/** A {@link FakeRuntime} with `functions`, called by `user/function`. */
export function fakeRuntime(functions: Readonly<Record<string, FakeFunction>> = {}): FakeRuntime {
  const calls: CallRequest[] = [];
  const uploads = new Map<string, Uint8Array>();
  const cancelled: number[] = [];
  const state = new Map<string, Uint8Array>();
  const known = new Map<number, CallStatus>();
  const aborts = new Map<number, AbortController>();
  let nextId = 1000;
  let closing = false;

  const runtime: FakeRuntime = {
    calls,
    uploads,
    cancelled,
    async upload(ref, wasm) {
      uploads.set(`${ref.user}/${ref.function}`, wasm);
      return { ...ref, version: 'f'.repeat(64), resettable: true, reasons: [] };
    },
    async functions() {
      return [];
    },
    async start(request) {
      if (closing) throw new FaasmError('SHUTTING_DOWN', 'The host is stopping.');
      const name = `${request.user}/${request.function}`;
      const run = functions[name];
      if (run === undefined) throw new FaasmError('FUNCTION_NOT_FOUND', `No function ${name} has been uploaded.`);
      nextId += 1;
      const id = nextId;
      const call: Call = { ...request, id };
      const abort = new AbortController();
      calls.push(request);
      aborts.set(id, abort);
      known.set(id, { state: 'running', call });
      const result = settle(id, run(request, abort.signal));
      result.then((ended) => {
        aborts.delete(id);
        known.set(id, { state: 'done', call, result: ended });
      });
      return { id, output: endedStream(), result };
    },
    async invoke(request) {
      return (await runtime.start(request)).result;
    },
    cancel(id) {
      cancelled.push(id);
      aborts.get(id)?.abort();
      return aborts.has(id);
    },
    status(id) {
      const status = known.get(id);
      if (status === undefined) throw new FaasmError('CALL_NOT_FOUND', `No call ${id} is known.`);
      return status;
    },
    state: {
      get: async (user, key) => state.get(`${user} ${key}`),
      set: async (user, key, bytes) => {
        state.set(`${user} ${key}`, bytes);
      },
    },
    info: () => ({
      host: 'fake',
      layer: 'portable',
      threads: 1,
      queued: 0,
      running: aborts.size,
      budgets: {
        memoryBytes: { used: 0, limit: 1 },
        memories: { used: 0, limit: 1 },
        mappings: { used: 0, limit: 1 },
      },
    }),
    async close() {
      closing = true;
      while (aborts.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
  return runtime;
}

async function settle(id: number, running: ReturnType<FakeFunction>): Promise<CallResult> {
  const base: CallResult = {
    id,
    status: 'success',
    returnValue: 0,
    attributes: {},
    output: endedStream(),
    log: new Uint8Array(),
    times: { submittedAt: 0, queuedMs: 0, initMs: 0, runMs: 0 },
    placement: { host: 'fake', thread: 0 },
    layer: 'portable',
    start: 'restored',
    peakMemoryBytes: 0,
  };
  try {
    const outcome = await running;
    if (typeof outcome === 'string') return { ...base, output: endedStream(new TextEncoder().encode(outcome)) };
    if (Array.isArray(outcome)) return { ...base, output: endedStream(...outcome) };
    return { ...base, ...outcome };
  } catch (error) {
    const { code, message } = error as FaasmError;
    return { ...base, status: 'failed', error: { code, message } };
  }
}
