// A worker thread: runs Faaslets for the main thread. Guests run nowhere else.
import { parentPort, workerData } from 'node:worker_threads';
import { Budget } from '../core/budget.ts';
import { slotOf } from '../core/call-id.ts';
import { digest } from '../faaslet/digest.ts';
import { FaasletPool } from '../faaslet/faaslet-pool.ts';
import type { GuestThread } from '../faaslet/guest-thread.ts';
import { type LoadedFunction, loadFunction } from '../faaslet/loaded-function.ts';
import { MemoryPool } from '../faaslet/memory-pool.ts';
import { makeTrap } from '../faaslet/trap.ts';
import type { HostContext } from '../host/context.ts';
import { openLayer } from '../layer/open-layer.ts';
import { Activation } from './activation.ts';
import type { ActivationHost } from './activation-host.ts';
import { decodeOrders, encodeReports } from './frames.ts';
import { HeapMappings } from './heap-mappings.ts';
import { standBack, systemThread } from './priority.ts';
import type { CallOrder, CallReport, FromThread, ThreadSettings, ToThread } from './protocol.ts';
import { STACK_MAPPINGS } from './stack-mappings.ts';
import { ThreadBoard } from './thread-board.ts';
import { ThreadFiles } from './thread-files.ts';
import { ThreadState } from './thread-state.ts';
import { TurnQueue } from './turn-queue.ts';

/** Buffers from this size on are moved to the main thread instead of copied. */
const TRANSFER_MIN_BYTES = 16 * 1024;

const port = parentPort;
if (port === null) throw new Error('threads run in workers');
const settings = workerData as ThreadSettings;

const board = new ThreadBoard(settings.board);
const budget = new Budget(settings.budget, settings.ownBudget);
const heap = new HeapMappings(budget);
const { layer, reason } = openLayer(settings.layer, board.turn);
const guard = layer.openGuard();
// Not before: the watchdog, which the first guard starts, must not stand back.
standBack(settings.stepsBack);
const thread: GuestThread = {
  layer,
  guard,
  budget,
  memories: new MemoryPool(budget),
  trap: makeTrap(),
  // No guest runs before a call sets this.
  current: undefined as unknown as HostContext,
  evictIdle: () => faaslets.evict(),
};
const faaslets = new FaasletPool(thread);
const functions = new Map<number, LoadedFunction>();
/** By the slots of their ids. */
const running: (Activation | undefined)[] = [];
const state = new ThreadState(post);
const files = new ThreadFiles(post);
let suspended = 0;
let reports: CallReport[] = [];
/** Whose the newest of them is; before another user's turn they are sent. */
let reportsOf = '';

const host: ActivationHost = {
  thread,
  faaslets,
  turns: new TurnQueue(guard, board),
  state,
  files,
  root: settings.root,
  suspended: (call, turnMs) => post({ kind: 'suspended', call, turnMs }),
  output: (call, chunks) => post({ kind: 'output', call, chunks }, chunks),
  made: (fn, proto) => post({ kind: 'proto', handle: fn.handle, proto }),
  relieved(activation) {
    const slot = slotOf(activation.id);
    if (running[slot] === activation) running[slot] = undefined;
  },
  entering(user) {
    // What has ended must not wait for what may run away.
    if (reports.length > 0 && reportsOf !== user) sendReports();
  },
  finished(user, report, faaslet) {
    running[slotOf(report.id)] = undefined;
    // One message for all calls of a user that end in the same turn of the event loop.
    if (reports.length === 0) setImmediate(sendReports);
    reports.push(report);
    reportsOf = user;
    if (faaslet !== undefined) release(faaslet);
  },
  enterSuspension() {
    heap.measure();
    if (!budget.reserve('mappings', STACK_MAPPINGS)) return false;
    suspended += 1;
    board.suspended = suspended;
    return true;
  },
  leaveSuspension() {
    budget.release('mappings', STACK_MAPPINGS);
    suspended -= 1;
    board.suspended = suspended;
  },
  audit: (faaslet) => (settings.audit ? digest(faaslet) : undefined),
};

function release(faaslet: Parameters<FaasletPool['release']>[0]): void {
  const { fn } = faaslet;
  let kept: boolean;
  try {
    kept = faaslets.release(faaslet);
  } catch (error) {
    // The kernel refused a mapping: the Faaslet is dropped as it is, and never used again.
    post({ kind: 'audit', handle: fn.handle, equal: false, detail: `a reset failed: ${String(error)}` });
    return;
  }
  // What has been dropped serves no other call, so it need not equal anything.
  if (!settings.audit || !kept || fn.proto?.digest === undefined) return;
  const found = digest(faaslet);
  post({
    kind: 'audit',
    handle: fn.handle,
    equal: found === fn.proto.digest,
    detail: `${found} instead of ${fn.proto.digest}`,
  });
}

function sendReports(): void {
  if (reports.length === 0) return;
  const ended = reports;
  reports = [];
  heap.measure();
  const frame = encodeReports(ended);
  const moved = frame.rest.flatMap(([, { output }]) => output ?? []);
  post({ kind: 'done', frame }, [frame.bytes, ...moved]);
}

function post(message: FromThread, chunks: readonly Uint8Array[] = []): void {
  const large = chunks
    .filter(({ byteLength }) => byteLength >= TRANSFER_MIN_BYTES)
    .map(({ buffer }) => buffer as ArrayBuffer);
  port?.postMessage(message, [...new Set(large)]);
}

function begin(order: CallOrder): void {
  const { id, handle, slot } = order;
  const fn = functions.get(handle);
  if (fn === undefined) throw new Error(`call ${id} is for a function that was not loaded`);
  const activation = new Activation(host, fn, order, () => board.claim(slot));
  running[slotOf(id)] = activation;
  activation.begin();
}

function cancel(id: number): void {
  const activation = running[slotOf(id)];
  if (activation?.id === id) activation.cancel();
}

function receive(message: ToThread): void {
  switch (message.kind) {
    case 'calls':
      for (const order of decodeOrders(message.frame)) begin(order);
      break;
    case 'load':
      functions.set(message.spec.handle, loadFunction(message.spec, thread, message.ownUserBudget));
      break;
    case 'proto': {
      const fn = functions.get(message.handle);
      if (fn !== undefined) fn.proto ??= message.proto;
      break;
    }
    case 'state':
      state.answered(message.request, message.answer);
      break;
    case 'file':
      files.answered(message.request, message.answer);
      break;
    case 'regionReplaced':
      state.replaced(message.user, message.key);
      faaslets.dropStaleRegions();
      break;
    case 'cancel':
      cancel(message.call);
      break;
    case 'forget':
      faaslets.forget(message.handle);
      functions.delete(message.handle);
      post({ kind: 'forgotten', handle: message.handle });
      break;
    case 'relieve':
      faaslets.relieve();
      break;
    case 'stop':
      faaslets.clear();
      state.clear();
      port?.close();
      break;
  }
}

// A guest that is ended just as it has been suspended for the first time may be ended before anybody listens to the
// promise of its call. The promise is rejected with the trap that unwinds the guest, and its call knows why it ended.
process.on('unhandledRejection', (reason) => {
  if (reason !== thread.trap) throw reason;
});
port.on('message', receive);
const self = systemThread();
post({
  kind: 'ready',
  layer: layer.name,
  ...(reason === undefined ? {} : { reason }),
  ...(self === undefined ? {} : { systemThread: self }),
});
