import { createHash } from 'node:crypto';
import type { Call, CallResult } from '../../src/core/call.ts';
import { FaasmError } from '../../src/core/errors.ts';
import { patchSettings } from '../../src/core/function-settings.ts';
import type { StateStat } from '../../src/core/global-state.ts';
import { DEFAULT_LIMITS } from '../../src/core/limits.ts';
import { checkKey, checkName, type FunctionRef } from '../../src/core/names.ts';
import { OutputBuffer } from '../../src/core/output-stream.ts';
import type { CallRequest, CallStatus, FunctionAdmin, RunningCall, Runtime, StateAdmin } from '../../src/core/ports.ts';
import { fileStore } from '../../src/stores/file-store.ts';
import { functionStore } from '../../src/stores/function-store.ts';
import { memoryGlobalState } from '../../src/stores/memory-global-state.ts';
import { memoryObjectStore } from '../../src/stores/memory-object-store.ts';
import { tokenStore } from '../../src/stores/token-store.ts';

/**
 * What a fake function does: answers its output, throws a `FaasmError` or ends as the partial result says. It may also
 * write to `output` as it goes.
 */
export type FakeFunction = (
  request: CallRequest,
  signal: AbortSignal,
  output: OutputBuffer,
) => Promise<string | Uint8Array[] | Partial<CallResult>>;

/** A runtime without Faaslets, for tests of what lies in front of it; shows what it was asked. */
export interface FakeRuntime extends Runtime {
  readonly started: CallRequest[];
  readonly uploads: Map<string, Uint8Array>;
  readonly cancelled: number[];
  readonly requests: { readonly route: string; readonly status: number }[];
  /** How often it was flushed. */
  readonly flushes: { count: number };
  /** What `ready` throws; undefined: the host is ready. */
  notReady: FaasmError | undefined;
}

/** Version of fake functions that nobody has uploaded. */
export const FAKE_VERSION = '20260101T000000000Z-0a0b0c0d';
/** Trace context of the spans of fake calls. */
export const FAKE_TRACEPARENT = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`;
/** Outputs beyond this are not kept. */
export const FAKE_KEPT_BYTES = 1024 * 1024;

/** A {@link FakeRuntime} with `functions`, called by `user/function`; its stores are the real ones, in memory. */
export function fakeRuntime(functions: Readonly<Record<string, FakeFunction>> = {}): FakeRuntime {
  const objects = memoryObjectStore();
  const store = functionStore({ objects });
  const calls = new FakeCalls(functions, async (ref, version) => {
    try {
      return (await store.document(ref, version)).version;
    } catch (error) {
      if (!(`${ref.user}/${ref.function}` in functions) || version !== undefined) throw error;
      return FAKE_VERSION;
    }
  });
  const uploads = new Map<string, Uint8Array>();
  const requests: FakeRuntime['requests'] = [];
  const flushes = { count: 0 };
  const admin: FunctionAdmin = {
    list: (user) => store.list(user),
    document: (ref, version) => store.document(ref, version),
    versions: (ref) => store.versions(ref),
    code: (ref, version) => store.get(ref, version),
    rollback: (ref, version) => store.rollback(ref, version),
    removeVersion: (ref, version) => store.removeVersion(ref, version),
    collect: (ref, keep) => store.collect(ref, keep ?? 20),
    async configure(ref, patch) {
      const { document, wasm } = await store.get(ref);
      return store.put(ref, wasm, document.sha256, patchSettings(document.settings, patch));
    },
    async remove(ref) {
      if (!(await store.remove(ref))) throw new FaasmError('FUNCTION_NOT_FOUND', 'There is no such function.');
    },
  };
  const runtime: FakeRuntime = {
    functions: admin,
    state: fakeState(),
    files: fileStore({ objects }),
    tokens: tokenStore({ objects, refreshMs: 1000 }),
    started: calls.started,
    cancelled: calls.cancelled,
    uploads,
    requests,
    flushes,
    notReady: undefined,
    async upload(ref, wasm, settings) {
      uploads.set(`${ref.user}/${ref.function}`, wasm);
      const { settings: before } = await store.document(ref).catch(() => ({ settings: {} }));
      const sha256 = createHash('sha256').update(wasm).digest('hex');
      return {
        ...(await store.put(
          ref,
          wasm,
          sha256,
          typeof settings === 'function' ? settings(before) : (settings ?? before),
        )),
        resettable: true,
        reasons: [],
      };
    },
    start: (request) => calls.start(request),
    invoke: async (request) => (await calls.start(request)).result,
    cancel: (id) => calls.cancel(id),
    status: (id) => calls.status(id),
    wait: (id, waitMs) => calls.wait(id, waitMs),
    calls: (filter) =>
      calls
        .all()
        .filter(({ call }) => filter.user === undefined || call.user === filter.user)
        .filter(({ call }) => filter.function === undefined || call.function === filter.function)
        .filter((status) => filter.state === undefined || stateOf(status) === filter.state)
        .slice(0, filter.limit),
    async flush() {
      flushes.count += 1;
    },
    info: () => ({
      host: 'fake',
      layer: 'portable',
      layerReason: 'it is a fake',
      store: 'memory',
      startedAt: 1_750_000_000_000,
      threads: 4,
      queued: 0,
      running: calls.underWay,
      stateTwinBytes: 0,
      budgets: {
        memoryBytes: { used: 0, limit: 1 },
        memories: { used: 0, limit: 1 },
        mappings: { used: 0, limit: 1 },
      },
    }),
    async ready() {
      if (runtime.notReady !== undefined) throw runtime.notReady;
    },
    metrics: () => `faasm_http_requests_total ${requests.length}\n`,
    httpRequest(route, status) {
      requests.push({ route, status });
    },
    close: () => calls.close(),
  };
  return runtime;
}

/** The global tier alone: nothing is kept on the host. */
function fakeState(): StateAdmin {
  const global = memoryGlobalState();
  const there = async (user: string, key: string): Promise<StateStat> => {
    const stat = await global.stat(checkName(user, 'user'), checkKey(key));
    if (stat === undefined) throw new FaasmError('STATE_NOT_FOUND', 'There is no such value.');
    return stat;
  };
  return {
    stat: async (user, key) => global.stat(checkName(user, 'user'), checkKey(key)),
    read: (user, key, offset, length) => global.read(user, key, offset, length),
    get: async (user, key) =>
      (await global.read(checkName(user, 'user'), checkKey(key), 0, Number.MAX_SAFE_INTEGER))?.bytes,
    set: async (user, key, bytes, condition) => global.write(checkName(user, 'user'), checkKey(key), bytes, condition),
    setRange: async (user, key, range, condition) =>
      global.writeRanges(user, key, (await there(user, key)).sizeBytes, [range], condition),
    remove: (user, key, condition) => global.remove(user, key, condition),
    list: (user, prefix) => global.list(user, prefix),
    add: (user, key, offset, delta, width) => global.add(user, key, offset, delta, width),
    compareAndSet: (user, key, offset, expected, replacement) =>
      global.compareAndSet(user, key, offset, expected, replacement),
    async push() {
      throw new FaasmError('STATE_UNINITIALISED', 'The host holds no values.');
    },
    async pull(user, key) {
      await there(user, key);
    },
  };
}

/** The calls of a fake runtime, all of which it remembers. */
class FakeCalls {
  readonly started: CallRequest[] = [];
  readonly cancelled: number[] = [];
  readonly #functions: Readonly<Record<string, FakeFunction>>;
  readonly #versionOf: (ref: FunctionRef, version?: string) => Promise<string>;
  readonly #known = new Map<number, CallStatus>();
  readonly #running = new Map<number, { readonly abort: AbortController; readonly result: Promise<CallResult> }>();
  readonly #byKey = new Map<string, Promise<RunningCall>>();
  #nextId = 1000;
  #closing = false;

  constructor(
    functions: Readonly<Record<string, FakeFunction>>,
    versionOf: (ref: FunctionRef, version?: string) => Promise<string>,
  ) {
    this.#functions = functions;
    this.#versionOf = versionOf;
  }

  get underWay(): number {
    return this.#running.size;
  }

  start(request: CallRequest): Promise<RunningCall> {
    if (request.idempotencyKey === undefined) return this.#start(request);
    const key = `${request.user}/${request.function} ${request.idempotencyKey}`;
    const running = this.#byKey.get(key) ?? this.#start(request);
    this.#byKey.set(key, running);
    return running;
  }

  cancel(id: number): boolean {
    this.cancelled.push(id);
    const running = this.#running.get(id);
    running?.abort.abort();
    return running !== undefined;
  }

  status(id: number): CallStatus {
    const status = this.#known.get(id);
    if (status === undefined) throw new FaasmError('CALL_NOT_FOUND', `No call ${id} is known.`);
    return status;
  }

  async wait(id: number, waitMs: number): Promise<CallResult | undefined> {
    const status = this.status(id);
    if (status.state === 'done') return status.result;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), waitMs);
    });
    const result = await Promise.race([this.#running.get(id)?.result, late]);
    clearTimeout(timer);
    return result;
  }

  /** Newest first. */
  all(): readonly CallStatus[] {
    return [...this.#known.values()].reverse();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#running.values()].map(({ result }) => result));
  }

  async #start(request: CallRequest): Promise<RunningCall> {
    if (this.#closing) throw new FaasmError('SHUTTING_DOWN', 'The host is stopping.');
    const name = `${request.user}/${request.function}`;
    const run = this.#functions[name];
    if (run === undefined) throw new FaasmError('FUNCTION_NOT_FOUND', `No function ${name} has been uploaded.`);
    const version = await this.#versionOf(request, request.version);
    this.started.push(request);
    this.#nextId += 1;
    return this.#run(run, { ...request, id: this.#nextId }, version);
  }

  #run(run: FakeFunction, call: Call, version: string): RunningCall {
    const { id } = call;
    const abort = new AbortController();
    const output = new OutputBuffer();
    const submittedAt = Date.now();
    const result = settle({ id, version, submittedAt, output }, run(call, abort.signal, output)).then((ended) => {
      this.#running.delete(id);
      const outputBytes = output.sizeBytes;
      const outputKept = outputBytes <= FAKE_KEPT_BYTES;
      this.#known.set(id, { state: 'done', call, version, result: ended, outputBytes, outputKept });
      output.end();
      return ended;
    });
    this.#known.set(id, { state: 'running', call, version, submittedAt });
    this.#running.set(id, { abort, result });
    return { id, traceparent: FAKE_TRACEPARENT, output, result };
  }
}

async function settle(
  known: Pick<CallResult, 'id' | 'version'> & { readonly submittedAt: number; readonly output: OutputBuffer },
  running: ReturnType<FakeFunction>,
): Promise<CallResult> {
  const { submittedAt, output, ...named } = known;
  const base: CallResult = {
    ...named,
    status: 'success',
    traceparent: FAKE_TRACEPARENT,
    attempt: 1,
    returnValue: 0,
    attributes: {},
    output,
    log: new Uint8Array(),
    times: { submittedAt, queuedMs: 0.25, initMs: 0, runMs: 1.5 },
    placement: { host: 'fake', thread: 0 },
    layer: 'portable',
    start: 'restored',
    peakMemoryBytes: 65_536,
    peakFileBytes: 0,
    peakOpenFiles: 4,
    limits: DEFAULT_LIMITS,
  };
  try {
    const outcome = await running;
    if (typeof outcome === 'string') output.push(new TextEncoder().encode(outcome));
    else if (Array.isArray(outcome)) for (const chunk of outcome) output.push(chunk);
    else return { ...base, ...outcome };
    return base;
  } catch (error) {
    const { code, message } = error as FaasmError;
    const { returnValue: _, ...failed } = base;
    return { ...failed, status: 'failed', error: { code, message } };
  }
}

function stateOf(status: CallStatus): string {
  return status.state === 'done' ? status.result.status : status.state;
}
