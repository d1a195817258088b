import { CHANNELS, type FromHost, listen, post, type ToHost } from './channels.ts';
import type { LambdaHost } from './host.ts';
import type { AnswerSink } from './streaming.ts';

/** Chunks on their way to a thread that it has not taken: with fewer it would wait for each. */
const WINDOW = 8;

/** Lets the other threads of this process use `host`, and tells them so. */
export function serveHost(host: LambdaHost): void {
  const sinks = new Map<string, ChannelSink>();
  const tell = (id: number, message: FromHost): void => post(CHANNELS.thread(id), message);

  async function answer(message: Extract<ToHost, { kind: 'invoke' | 'stream' }>): Promise<void> {
    const { kind, from, id, event, invocation } = message;
    const name = `${from}/${id}`;
    try {
      if (kind === 'invoke') {
        tell(from, { kind: 'answer', id, answer: await host.invoke(event, invocation) });
        return;
      }
      const sink = new ChannelSink((message) => tell(from, message), id);
      sinks.set(name, sink);
      await host.stream(event, invocation, sink);
      tell(from, { kind: 'answer', id });
    } catch (error) {
      const { name: code = 'Error', message: text = String(error) } = error as Partial<Error>;
      tell(from, { kind: 'error', id, code, message: text });
    } finally {
      sinks.delete(name);
    }
  }

  listen<ToHost>(CHANNELS.host, (message) => {
    if (message.kind === 'hello') tell(message.from, { kind: 'host' });
    else if (message.kind === 'taken') sinks.get(`${message.from}/${message.id}`)?.taken();
    else void answer(message);
  });
  post<FromHost>(CHANNELS.threads, { kind: 'host' });
}

/** An answer that another thread sends on. */
class ChannelSink implements AnswerSink {
  readonly #tell: (message: FromHost) => void;
  readonly #id: number;
  #underWay = 0;
  #wake: (() => void) | undefined;

  constructor(tell: (message: FromHost) => void, id: number) {
    this.#tell = tell;
    this.#id = id;
  }

  head(head?: Parameters<AnswerSink['head']>[0]): void {
    this.#tell({ kind: 'head', id: this.#id, ...(head === undefined ? {} : { head }) });
  }

  async write(chunk: Uint8Array): Promise<void> {
    // Of a part of a buffer the channel would copy the whole buffer.
    this.#tell({ kind: 'chunk', id: this.#id, chunk: chunk.slice() });
    this.#underWay += 1;
    while (this.#underWay >= WINDOW) await this.#change();
  }

  async end(): Promise<void> {
    while (this.#underWay > 0) await this.#change();
  }

  /** The other thread has taken a chunk. */
  taken(): void {
    this.#underWay -= 1;
    this.#wake?.();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
