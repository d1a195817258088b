import { BroadcastChannel } from 'node:worker_threads';
import type { Invocation } from './invocation.ts';
import type { AnswerHead } from './streaming.ts';

/** What a thread asks the thread with the host. `from` is the thread, `id` its number for the event. */
export type ToHost =
  | { readonly kind: 'hello'; readonly from: number }
  | {
      readonly kind: 'invoke' | 'stream';
      readonly from: number;
      readonly id: number;
      readonly event: unknown;
      readonly invocation: Invocation;
    }
  /** A chunk has been taken. */
  | { readonly kind: 'taken'; readonly from: number; readonly id: number };

/** What the host says: which one it is, or what comes of an event. A stream ends with `answer`, too. */
export type FromHost =
  | { readonly kind: 'host'; readonly host: number }
  | { readonly kind: 'head'; readonly id: number; readonly head?: AnswerHead }
  | { readonly kind: 'chunk'; readonly id: number; readonly chunk: Uint8Array }
  | { readonly kind: 'answer'; readonly id: number; readonly answer?: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly code: string; readonly message: string };

/** Channels within this process: to the thread with the host, to all threads, and to one. */
export const CHANNELS = {
  host: 'faasm-lambda-host',
  threads: 'faasm-lambda-threads',
  thread: (id: number) => `faasm-lambda-thread-${id}`,
} as const;

/** One end of a channel that posts `Out`; it does not keep its thread alive. What it gets is handed to `receive`. */
export interface Channel<Out> {
  post(message: Out): void;
  close(): void;
}

/** Opens an end of the channel `name`. */
export function openChannel<Out, In = never>(name: string, receive?: (message: In) => void): Channel<Out> {
  const channel = new BroadcastChannel(name);
  channel.unref();
  if (receive !== undefined) channel.onmessage = (message) => receive((message as { data: In }).data);
  return {
    post: (message) => channel.postMessage(message),
    close: () => channel.close(),
  };
}
