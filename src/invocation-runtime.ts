import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call, CallResult } from './core/call.ts';
import { FaasmError } from './core/errors.ts';
import type { CallRequest, RunningCall, Runtime } from './core/ports.ts';

/** One event of a platform that runs code for an event at a time and nothing in between. */
interface Invocation {
  /** Epoch ms when calls end with `TIMEOUT`. */
  readonly callsEndAt: number;
  /** Calls under way. */
  readonly calls: Map<number, Promise<unknown>>;
}

/** A runtime whose calls belong to events of a platform. */
export interface InvocationRuntime extends Runtime {
  /**
   * Runs `work` as one event: the calls it starts end at `callsEndAt` (epoch ms) at the latest. `ended` resolves once
   * all calls that were started so far have ended; `cancel` ends those that have not.
   */
  during<T>(callsEndAt: number, work: (calls: InvocationCalls) => Promise<T>): Promise<T>;
}

/** The calls of one event. */
export interface InvocationCalls {
  ended(): Promise<void>;
  cancel(): void;
}

/** `runtime`, with calls that know the event they belong to. `ended` is told each call that has ended. */
export function invocationRuntime(
  runtime: Runtime,
  ended: (call: CallRequest, result: CallResult) => void,
): InvocationRuntime {
  const current = new AsyncLocalStorage<Invocation>();

  async function start(request: CallRequest): Promise<RunningCall> {
    const invocation = current.getStore();
    const running = await runtime.start({ ...request, ...timeLimit(request, invocation) });
    const over = running.result.then((result) => {
      invocation?.calls.delete(running.id);
      ended(request, result);
    });
    invocation?.calls.set(running.id, over);
    return running;
  }

  return {
    functions: runtime.functions,
    state: runtime.state,
    files: runtime.files,
    tokens: runtime.tokens,
    start,
    invoke: async (request) => (await start(request)).result,
    upload: (ref, wasm, settings) => runtime.upload(ref, wasm, settings),
    cancel: (id) => runtime.cancel(id),
    status: (id) => runtime.status(id),
    wait: (id, waitMs, signal) => runtime.wait(id, waitMs, signal),
    calls: (filter) => runtime.calls(filter),
    flush: () => runtime.flush(),
    info: () => runtime.info(),
    ready: () => runtime.ready(),
    metrics: () => runtime.metrics(),
    httpRequest: (route, status, durationMs) => runtime.httpRequest(route, status, durationMs),
    close: (options) => runtime.close(options),
    during(callsEndAt, work) {
      const calls: Invocation['calls'] = new Map();
      return current.run({ callsEndAt, calls }, () =>
        work({
          async ended() {
            while (calls.size > 0) await Promise.all(calls.values());
          },
          cancel() {
            for (const id of calls.keys()) runtime.cancel(id);
          },
        }),
      );
    },
  };
}

/** What the event leaves of a call's time. Throws `TIMEOUT` when that is nothing. */
function timeLimit({ timeoutMs }: CallRequest, invocation: Invocation | undefined): Pick<Call, 'timeoutMs'> {
  if (invocation === undefined) return {};
  const leftMs = Math.floor(invocation.callsEndAt - Date.now());
  if (leftMs < 1) throw new FaasmError('TIMEOUT', 'The platform ends this event before the call could run.');
  return { timeoutMs: Math.min(timeoutMs ?? leftMs, leftMs) };
}
