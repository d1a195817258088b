// The guard works in worker threads and is opened once in each: this file is both the worker and how to run it.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Guard, MemoryLayer, Turn } from '../../src/layer/layer.ts';
import { openLayer } from '../../src/layer/open-layer.ts';

/** What the turns of the worker came to. */
export interface GuardReport {
  readonly completed: { readonly end: number; readonly entered: number; readonly flags: readonly number[] };
  readonly threw: { readonly end: number; readonly thrown: boolean };
  readonly microtask: { readonly end: number; readonly ranBefore: string };
  /** Whether the flag that asks a turn to end is seen in it, and is down again in the next one. */
  readonly flagged: boolean;
  /** Ends by the codes of the guard; native only. */
  readonly killed?: Readonly<Record<string, number | string>>;
  /** Whether a turn's CPU time is known. */
  readonly cpuMeasured: boolean;
}

const ROLE = 'guard-worker';

/** Runs turns under the guard of a layer in a thread of its own. */
export function runGuardWorker(layer: 'native' | 'portable'): Promise<GuardReport> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { role: ROLE, layer } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
  });
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs one turn from a macrotask; its end once `left` has been called. */
async function turn(guard: Guard, enter: () => void, limits: Partial<Turn> = {}): Promise<number> {
  return new Promise<number>((resolve) => {
    setImmediate(() => {
      const left = (end: number): void => resolve(end);
      guard.run({ call: 7, wallMs: 250_000, cpuMs: 250_000, enter, left, ...limits }, left);
    });
  });
}

/** Turns that must be ended; what is ended here is JavaScript, which the guard treats like any guest. */
async function kills(guard: Guard, layer: MemoryLayer): Promise<Record<string, number | string>> {
  const forever = (): void => {
    for (;;);
  };
  // Cancelled from another thread.
  const canceller = new Worker(new URL(import.meta.url), { workerData: { role: 'canceller', layer: layer.name } });
  await new Promise((resolve) => canceller.once('online', resolve));
  const cancelled = await turn(guard, forever, { call: 99 });
  void canceller.terminate();
  return {
    wall: await turn(guard, forever, { wallMs: 20 }),
    cpu: await turn(guard, forever, { cpuMs: 20 }),
    cancelled,
    afterwards: await turn(guard, () => undefined),
    fromMicrotask: await fromMicrotask(guard),
  };
}

async function fromMicrotask(guard: Guard): Promise<string> {
  await macrotask();
  return Promise.resolve().then(() => {
    try {
      guard.run({ call: 1, wallMs: 1000, cpuMs: 1000, enter: () => undefined, left: () => undefined }, () => undefined);
      return 'entered';
    } catch {
      return 'refused';
    }
  });
}

async function guarded(name: 'native' | 'portable'): Promise<GuardReport> {
  const { layer } = openLayer(name);
  const guard = layer.openGuard();
  let entered = 0;
  let flags: number[] = [];
  const end = await turn(guard, () => {
    entered += 1;
    flags = [...guard.flags];
  });
  let thrown = false;
  const threwEnd = await turn(guard, () => {
    try {
      throw new Error('in the guest');
    } catch {
      thrown = true;
    }
  });
  let ranBefore = 'nothing';
  const microtaskEnd = await turn(guard, () => {
    void Promise.resolve().then(() => {
      ranBefore = 'left';
    });
  });
  const seen: number[] = [];
  await turn(guard, () => {
    Atomics.store(guard.flags, 1, 1);
    seen.push(Atomics.load(guard.flags, 1));
  });
  await turn(guard, () => {
    seen.push(Atomics.load(guard.flags, 1));
  });
  const cpuMs = await new Promise<number>((resolve) => {
    setImmediate(() => {
      const left = (_end: number, _wallMs: number, ms: number): void => resolve(ms);
      guard.run({ call: 7, wallMs: 1000, cpuMs: 1000, enter: () => undefined, left }, left);
    });
  });
  return {
    completed: { end, entered, flags },
    threw: { end: threwEnd, thrown },
    microtask: { end: microtaskEnd, ranBefore },
    flagged: seen[0] === 1 && seen[1] === 0,
    ...(layer.abilities.preciseKill ? { killed: await kills(guard, layer) } : {}),
    cpuMeasured: Number.isFinite(cpuMs),
  };
}

if (!isMainThread && workerData?.role === ROLE) parentPort?.postMessage(await guarded(workerData.layer));
if (!isMainThread && workerData?.role === 'canceller') {
  const { layer } = openLayer(workerData.layer);
  while (!layer.cancel(99)) await macrotask();
}
