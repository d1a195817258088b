import type { Budget } from './core/budget.ts';
import { pagesFor } from './core/limits.ts';
import type { Logger } from './core/logger.ts';
import type { TurnEnd } from './core/turn-end.ts';
import type { FromThread } from './executor/protocol.ts';
import type { SharedFiles } from './files/shared-files.ts';
import type { FunctionCatalogue } from './function-catalogue.ts';
import type { FunctionRetirement } from './function-retirement.ts';
import type { AuditCount } from './runtime-options.ts';
import type { Scheduler } from './scheduler/scheduler.ts';
import type { PoolThread, ThreadPool, ThreadPoolEvents } from './scheduler/thread-pool.ts';
import type { StateService } from './state/state-service.ts';

/** The parts of a host that threads talk to. */
export interface ThreadMessagesOptions {
  readonly logger: Logger;
  readonly state: StateService;
  readonly files: SharedFiles;
  readonly catalogue: FunctionCatalogue;
  readonly retirement: FunctionRetirement;
  readonly scheduler: Scheduler;
  readonly budget: Budget;
  readonly pool: Pick<ThreadPool, 'threads'>;
}

/** Takes what threads say, and what becomes of them, to the parts of the host that it is for. */
export class ThreadMessages implements ThreadPoolEvents {
  readonly #parts: ThreadMessagesOptions;
  readonly #audit = { checked: 0, differences: [] as string[] };

  constructor(parts: ThreadMessagesOptions) {
    this.#parts = parts;
  }

  ready(): void {
    this.#parts.scheduler.dispatchAll();
  }

  gone({ handle }: PoolThread): void {
    const { retirement, state, files } = this.#parts;
    retirement.threadGone(handle.id);
    state.threadGone(handle.id);
    files.threadGone(handle.id);
  }

  lost(thread: PoolThread, reason: string): void {
    this.#parts.logger.error?.('thread-lost', { thread: thread.handle.id, reason });
    this.#parts.scheduler.lost(thread, reason);
  }

  runaway(call: number, end: TurnEnd): void {
    this.#parts.scheduler.runaway(call, end);
  }

  message(thread: PoolThread, message: FromThread): void {
    switch (message.kind) {
      case 'proto':
        this.#made(thread, message);
        break;
      case 'forgotten':
        this.#parts.retirement.forgotten(thread.handle.id, message.handle);
        break;
      case 'state':
        void this.#answer(thread, message);
        break;
      case 'stateEnded':
        this.#parts.state.ended(thread.handle.id, message.call);
        break;
      case 'file':
        void this.#answerFile(thread, message);
        break;
      case 'filesReleased':
        this.#parts.files.release(message.holds);
        break;
      case 'audit':
        this.#audit.checked += 1;
        if (!message.equal) this.#audit.differences.push(message.detail);
        break;
      default:
        this.#parts.scheduler.message(thread, message);
    }
  }

  /** What audit mode has found until now. */
  audit(): AuditCount {
    return { checked: this.#audit.checked, differences: [...this.#audit.differences] };
  }

  /** A thread has made a proto-function: all others get it. */
  #made(thread: PoolThread, { handle, proto }: Extract<FromThread, { kind: 'proto' }>): void {
    thread.handle.knowsProto(handle);
    const { catalogue, budget, pool } = this.#parts;
    const fn = catalogue.byHandle(handle);
    if (fn === undefined) return;
    if ('storage' in proto.image) {
      fn.images.push(proto.image.storage);
      budget.charge('memoryPages', pagesFor(proto.image.storage.sizeBytes));
    }
    if (fn.proto !== undefined) return;
    fn.proto = proto;
    for (const other of pool.threads.values()) other.handle.teach(handle, proto);
  }

  async #answerFile(thread: PoolThread, { request, user, ask }: Extract<FromThread, { kind: 'file' }>): Promise<void> {
    const answer = await this.#parts.files.answer(thread.handle.id, user, ask);
    thread.handle.post({ kind: 'file', request, answer });
  }

  async #answer(
    thread: PoolThread,
    { request, call, user, key, ask }: Extract<FromThread, { kind: 'state' }>,
  ): Promise<void> {
    const answer = await this.#parts.state.answer(thread.handle.id, call, user, key, ask);
    thread.handle.post({ kind: 'state', request, answer });
  }
}
