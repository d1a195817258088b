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

/** What the host says: that it is there or cannot be, or what comes of an event. A stream ends with `answer`, too. */
export type FromHost =
  | { readonly kind: 'host' }
  | { readonly kind: 'noHost'; readonly code: string; readonly message: string }
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

/**
 * Hands what is posted to the channel `name` to `receive`. It keeps its thread alive, which waits for nothing else while
 * it looks for a host.
 */
export function listen<In>(name: string, receive: (message: In) => void): void {
  new BroadcastChannel(name).onmessage = (message) => receive((message as { data: In }).data);
}

/** Posts a copy of `message` to those who listen to the channel `name`. */
export function post<Out>(name: string, message: Out): void {
  // Not kept open: whoever has a channel open gets a copy of everything that others post to it.
  const channel = new BroadcastChannel(name);
  channel.postMessage(message);
  channel.close();
}
