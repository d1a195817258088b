import { CHANNELS, type Channel, type FromHost, openChannel, type ToHost } from './channels.ts';
import { handlerError } from './events/message.ts';
import type { LambdaHost } from './host.ts';
import type { Invocation } from './invocation.ts';
import type { AnswerSink } from './streaming.ts';

/** An event that the host has. */
interface Pending {
  readonly sink?: AnswerSink;
  /** Chunks are written one after the other. */
  written: Promise<void>;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** The host of another thread. */
export class RemoteHost implements LambdaHost {
  /** Resolves once there is a host. */
  readonly found: Promise<void>;
  readonly #thread: number;
  readonly #toHost: Channel<ToHost>;
  readonly #pending = new Map<number, Pending>();
  #host: number | undefined;
  #nextId = 0;

  /** `thread`: the id of this one. */
  constructor(thread: number) {
    this.#thread = thread;
    const found = Promise.withResolvers<void>();
    this.found = found.promise;
    const receive = (message: FromHost): void => {
      if (message.kind !== 'host') return this.#receive(message);
      this.#followHost(message.host);
      found.resolve();
    };
    openChannel<never, FromHost>(CHANNELS.threads, receive);
    openChannel<never, FromHost>(CHANNELS.thread(thread), receive);
    this.#toHost = openChannel<ToHost>(CHANNELS.host);
    // A host that is there already says so; one that is not there yet will.
    this.#toHost.post({ kind: 'hello', from: thread });
  }

  invoke(event: unknown, invocation: Invocation): Promise<unknown> {
    return this.#ask('invoke', event, invocation);
  }

  async stream(event: unknown, invocation: Invocation, sink: AnswerSink): Promise<void> {
    await this.#ask('stream', event, invocation, sink);
    await sink.end();
  }

  #ask(kind: 'invoke' | 'stream', event: unknown, invocation: Invocation, sink?: AnswerSink): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, {
        resolve,
        reject,
        written: Promise.resolve(),
        ...(sink === undefined ? {} : { sink }),
      });
      this.#toHost.post({ kind, from: this.#thread, id, event, invocation });
    });
  }

  #followHost(host: number): void {
    const lost = this.#host !== undefined && this.#host !== host;
    this.#host = host;
    if (!lost) return;
    const message = `The thread that ran the host of this sandbox ended; thread ${host} runs it now. Send it again.`;
    for (const { reject } of this.#pending.values()) reject(handlerError({ code: 'THREAD_LOST', message }));
    this.#pending.clear();
  }

  #receive(message: Exclude<FromHost, { kind: 'host' }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    const { sink } = pending;
    switch (message.kind) {
      case 'head':
        return sink?.head(message.head);
      case 'chunk':
        pending.written = pending.written.then(() => this.#write(message.id, message.chunk, pending));
        return;
      case 'answer':
        this.#pending.delete(message.id);
        return pending.resolve(message.answer);
      case 'error':
        this.#pending.delete(message.id);
        return pending.reject(handlerError(message));
    }
  }

  async #write(id: number, chunk: Uint8Array, { sink, reject }: Pending): Promise<void> {
    try {
      await sink?.write(chunk);
      this.#toHost.post({ kind: 'taken', from: this.#thread, id });
    } catch (error) {
      // The host gives up at its deadline, as nobody takes what it sends.
      this.#pending.delete(id);
      reject(error);
    }
  }
}
