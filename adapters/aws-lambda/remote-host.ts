import { CHANNELS, type FromHost, listen, post, type ToHost } from './channels.ts';
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
  /** Resolves once there is a host; rejects when it could not start. */
  readonly found: Promise<void>;
  readonly #thread: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;

  /** `thread`: the id of this one. */
  constructor(thread: number) {
    this.#thread = thread;
    const found = Promise.withResolvers<void>();
    this.found = found.promise;
    // Not everybody waits for it.
    found.promise.catch(() => undefined);
    const receive = (message: FromHost): void => {
      if (message.kind === 'host') found.resolve();
      else if (message.kind === 'noHost') found.reject(handlerError(message));
      else this.#receive(message);
    };
    listen(CHANNELS.threads, receive);
    listen(CHANNELS.thread(thread), receive);
    // A host that is there already says so; one that is not there yet will.
    post<ToHost>(CHANNELS.host, { kind: 'hello', from: thread });
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
      post<ToHost>(CHANNELS.host, { kind, from: this.#thread, id, event, invocation });
    });
  }

  #receive(message: Exclude<FromHost, { kind: 'host' | 'noHost' }>): void {
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
      post<ToHost>(CHANNELS.host, { kind: 'taken', from: this.#thread, id });
    } catch (error) {
      // The host gives up at its deadline, as nobody takes what it sends.
      this.#pending.delete(id);
      reject(error);
    }
  }
}
