import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Budget } from '../core/budget.ts';
import { siblingModule } from '../core/sibling-module.ts';
import type { FunctionSpec } from '../faaslet/loaded-function.ts';
import type { ProtoFunction } from '../faaslet/proto-function.ts';
import type { Storage } from '../layer/layer.ts';
import { encodeOrders } from './frames.ts';
import { PortableWatch } from './portable-watch.ts';
import type { CallOrder, FromThread, ThreadSettings, ToThread } from './protocol.ts';
import { ThreadBoard } from './thread-board.ts';

/**
 * V8 doubles the young generation of a busy thread again and again, up to 140 MB of which 10 are in use, each 256 KiB of
 * it a mapping: what processes with many kills were seen to grow by in their first minutes (test/long/kills.test.ts).
 */
const YOUNG_GENERATION_MB = 24;

/** A function version on the main thread: what threads are told of it. */
export interface FunctionEntry {
  readonly spec: FunctionSpec;
  proto: ProtoFunction | undefined;
  /** Storage of large images; more than one where threads made the proto-function at the same time. */
  readonly images: Storage[];
}

/** What is chosen for all threads of a host. */
export type ThreadChoices = Pick<ThreadSettings, 'layer' | 'budget' | 'root' | 'audit' | 'stepsBack'>;

/** What a thread tells the main thread, by kind. */
export interface ThreadEvents {
  message(thread: ThreadHandle, message: FromThread): void;
  /** The thread has ended; `reason` when it was not asked to. */
  exited(thread: ThreadHandle, reason: string | undefined): void;
}

/** The main thread's end of a worker thread. */
export class ThreadHandle {
  readonly id: number;
  readonly board = new ThreadBoard();
  readonly watch = new PortableWatch(this.board.turn);
  readonly ownBudget = Budget.ownCounters();
  ready = false;
  /** Why the thread runs on the portable layer, when the native one was wanted. */
  layerReason: string | undefined;
  layer: 'native' | 'portable' = 'portable';
  /** See priority.ts. */
  systemThread: number | undefined;
  readonly #worker: Worker;
  /** What this thread has of the budgets of users. */
  readonly #userBudgets = new Map<string, { readonly budget: SharedArrayBuffer; readonly own: SharedArrayBuffer }>();
  readonly #loaded = new Set<number>();
  readonly #knowsProto = new Set<number>();
  readonly #posted: (number | undefined)[] = [];
  #orders: CallOrder[] = [];
  #stopping = false;
  #failure: string | undefined;

  constructor(id: number, settings: ThreadChoices, events: ThreadEvents) {
    this.id = id;
    const { board, ownBudget } = this;
    const workerData: ThreadSettings = {
      ...settings,
      board: board.buffer,
      ownBudget,
      compileCache: cacheFolder(),
    };
    // The guest's environment is its function's, never the host's.
    const entry = siblingModule('thread', import.meta.url);
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
    this.#worker = new Worker(entry, { workerData, env: {}, resourceLimits, name: `faaslets-${id}` });
    this.#worker.on('message', (message: FromThread) => events.message(this, message));
    this.#worker.on('error', (error: unknown) => {
      this.#failure = String((error as { stack?: string })?.stack ?? error);
    });
    this.#worker.on('exit', (code) => {
      const reason = this.#failure ?? (this.#stopping ? undefined : `it ended with code ${code}`);
      events.exited(this, reason);
    });
  }

  /** Hands a call to the thread with the next {@link flush}. False: it has enough. */
  run(entry: FunctionEntry, order: (slot: number) => CallOrder): boolean {
    const slot = this.board.post();
    if (slot < 0) return false;
    this.#introduce(entry);
    const made = order(slot);
    this.#posted[slot] = made.id;
    this.#orders.push(made);
    return true;
  }

  /** Sends the calls handed over since the last time, all in one message. */
  flush(): void {
    if (this.#orders.length === 0) return;
    const orders = this.#orders;
    this.#orders = [];
    this.post({ kind: 'calls', frame: encodeOrders(orders) });
  }

  /** Takes back calls that the thread has not begun, and answers their ids. */
  takeBack(): number[] {
    return this.#posted.flatMap((call, slot) => (call !== undefined && this.board.takeBack(slot) ? [call] : []));
  }

  /** Tells the thread of a proto-function that another thread has made. */
  teach(handle: number, proto: ProtoFunction): void {
    if (!this.#loaded.has(handle) || this.#knowsProto.has(handle)) return;
    this.#knowsProto.add(handle);
    this.post({ kind: 'proto', handle, proto });
  }

  /** The thread made the proto-function itself. */
  knowsProto(handle: number): void {
    this.#knowsProto.add(handle);
  }

  /** Drops a function version that has no calls any more. True when the thread knew it, and will say `forgotten`. */
  forget(handle: number): boolean {
    if (!this.#loaded.delete(handle)) return false;
    this.#knowsProto.delete(handle);
    this.post({ kind: 'forget', handle });
    return true;
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Ends the thread once it has nothing to do. */
  stop(): void {
    this.#stopping = true;
    this.post({ kind: 'stop' });
  }

  /** Ends the thread now, whatever it runs. Resolves when it is gone. */
  async terminate(reason?: string): Promise<void> {
    this.#stopping = true;
    this.#failure ??= reason;
    await this.#worker.terminate();
  }

  /** The thread is gone: gives back what it had of its users' budgets. */
  releaseUserBudgets(): void {
    for (const { budget, own } of this.#userBudgets.values()) new Budget(budget).releaseAll(own);
    this.#userBudgets.clear();
  }

  #userBudget({ user, userBudget: budget }: FunctionSpec): SharedArrayBuffer {
    const known = this.#userBudgets.get(user);
    if (known?.budget === budget) return known.own;
    const own = Budget.ownCounters();
    this.#userBudgets.set(user, { budget, own });
    return own;
  }

  #introduce({ spec, proto }: FunctionEntry): void {
    if (!this.#loaded.has(spec.handle)) {
      this.#loaded.add(spec.handle);
      this.post({ kind: 'load', spec, ownUserBudget: this.#userBudget(spec) });
    }
    if (proto !== undefined) this.teach(spec.handle, proto);
  }
}

/** Where this thread keeps compiled code; Node names the part for its own version, and adds it again for a thread. */
function cacheFolder(): string | undefined {
  const own = getCompileCacheDir();
  return own === undefined ? undefined : dirname(own);
}
