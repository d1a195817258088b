import { CHANNELS, type Channel, type FromHost, openChannel, type ToHost } from './channels.ts';
import type { LambdaHost } from './host.ts';
import type { AnswerSink } from './streaming.ts';

/** Chunks on their way to a thread that it has not taken: with fewer it would wait for each. */
const WINDOW = 8;

/** Lets the other threads of this process use `host`, which runs in `thread`, and tells them so. */
export function serveHost(host: LambdaHost, thread: number): void {
  const threads = new Map<number, Channel<FromHost>>();
  const sinks = new Map<string, ChannelSink>();
  const channelTo = (id: number): Channel<FromHost> => {
    const channel = threads.get(id) ?? openChannel<FromHost>(CHANNELS.thread(id));
    threads.set(id, channel);
    return channel;
  };

  async function answer(message: Extract<ToHost, { kind: 'invoke' | 'stream' }>): Promise<void> {
    const { kind, from, id, event, invocation } = message;
    const channel = channelTo(from);
    const name = `${from}/${id}`;
    try {
      if (kind === 'invoke') {
        channel.post({ kind: 'answer', id, answer: await host.invoke(event, invocation) });
        return;
      }
      const sink = new ChannelSink(channel, id);
      sinks.set(name, sink);
      await host.stream(event, invocation, sink);
      channel.post({ kind: 'answer', id });
    } catch (error) {
      const { name: code = 'Error', message: text = String(error) } = error as Partial<Error>;
      channel.post({ kind: 'error', id, code, message: text });
    } finally {
      sinks.delete(name);
    }
  }

  openChannel<never, ToHost>(CHANNELS.host, (message) => {
    if (message.kind === 'hello') channelTo(message.from).post({ kind: 'host', host: thread });
    else if (message.kind === 'taken') sinks.get(`${message.from}/${message.id}`)?.taken();
    else void answer(message);
  });
  openChannel<FromHost>(CHANNELS.threads).post({ kind: 'host', host: thread });
}

/** An answer that another thread sends on. */
class ChannelSink implements AnswerSink {
  readonly #channel: Channel<FromHost>;
  readonly #id: number;
  #underWay = 0;
  #wake: (() => void) | undefined;

  constructor(channel: Channel<FromHost>, id: number) {
    this.#channel = channel;
    this.#id = id;
  }

  head(head?: Parameters<AnswerSink['head']>[0]): void {
    this.#channel.post({ kind: 'head', id: this.#id, ...(head === undefined ? {} : { head }) });
  }

  async write(chunk: Uint8Array): Promise<void> {
    // Of a part of a buffer the channel would copy the whole buffer.
    this.#channel.post({ kind: 'chunk', id: this.#id, chunk: chunk.slice() });
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
