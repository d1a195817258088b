import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApiRequest, FaasmError } from '../../src/index.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Progress, ProgressWatch } from './progress-watch.ts';

/** How bodies are read. */
export interface BodyOptions {
  readonly budget: BodyBudget;
  /** Time in which a body must bring another {@link PROGRESS_BYTES} or its end. */
  readonly bodyTimeoutMs: number;
  /** Made with that time and {@link PROGRESS_BYTES}. */
  readonly watch: ProgressWatch;
}

/** What a body must bring in each timeout. A minimal speed, so that large bodies may take long and idle ones not. */
export const PROGRESS_BYTES = 64 * 1024;

/** From here on a body of known length is copied into its place as it comes, never held twice. */
const PLACE_BYTES = 256 * 1024;

/** A request of node:http as the API sees it. */
export class NodeRequest implements ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #options: BodyOptions;
  readonly #awaitsContinue: boolean;
  #heldBytes = 0;
  /** For whom they are held. */
  #user: string | undefined;

  /** `awaitsContinue`: the client sends the body only once it is told to continue. */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse, options: BodyOptions, awaitsContinue: boolean) {
    this.method = incoming.method ?? '';
    const target = originForm(incoming.url ?? '');
    const mark = target.indexOf('?');
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.query = mark < 0 ? '' : target.slice(mark + 1);
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#options = options;
    this.#awaitsContinue = awaitsContinue;
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  async body(maxBytes: number, user?: string): Promise<Uint8Array> {
    this.#user = user;
    const length = this.#incoming.headers['content-length'];
    const declared = length === undefined ? undefined : Number(length);
    if (declared !== undefined) {
      if (declared > maxBytes) throw tooLarge(maxBytes);
      this.#hold(declared);
    }
    if (this.#awaitsContinue) this.#outgoing.writeContinue();
    return this.#read(declared, maxBytes);
  }

  onDisconnect(listener: () => void): void {
    const outgoing = this.#outgoing;
    if (outgoing.destroyed) listener();
    else outgoing.once('close', () => outgoing.writableFinished || listener());
  }

  /** The body is no longer needed: gives its room back. */
  release(): void {
    if (this.#heldBytes > 0) this.#options.budget.give(this.#heldBytes, this.#user);
    this.#heldBytes = 0;
  }

  #hold(bytes: number): void {
    this.#options.budget.take(bytes, this.#user);
    this.#heldBytes += bytes;
  }

  #read(declared: number | undefined, maxBytes: number): Promise<Uint8Array> {
    const incoming = this.#incoming;
    const { bodyTimeoutMs, watch } = this.#options;
    return new Promise((resolve, reject) => {
      const body = new ArrivingBody(declared, () => fail(tooSlow(bodyTimeoutMs)));
      const add = (chunk: Uint8Array): void => {
        try {
          if (body.size + chunk.length > maxBytes) throw tooLarge(maxBytes);
          if (declared === undefined) this.#hold(chunk.length);
          body.add(chunk);
        } catch (error) {
          fail(error);
        }
      };
      const end = (): void => {
        stop();
        resolve(body.bytes());
      };
      const gone = (): void => fail(new FaasmError('CANCELLED', 'The client went away before its body had arrived.'));
      const fail = (error: unknown): void => {
        stop();
        incoming.pause();
        reject(error);
      };
      const stop = (): void => {
        watch.remove(body);
        incoming.off('data', add).off('end', end).off('close', gone);
      };
      if (incoming.destroyed) return gone();
      watch.add(body);
      incoming.on('data', add).on('end', end).on('close', gone);
    });
  }
}

/**
 * What has arrived of a body. A class, because V8 gives every object literal with a getter a hidden class of its own:
 * that doubled the cost of a request.
 */
class ArrivingBody implements Progress {
  size = 0;
  slot = -1;
  lookedAt = 0;
  lookedSize = 0;
  readonly tooSlow: () => void;
  readonly #place: Uint8Array | undefined;
  readonly #chunks: Uint8Array[] = [];

  constructor(declared: number | undefined, tooSlow: () => void) {
    this.#place = declared !== undefined && declared >= PLACE_BYTES ? new Uint8Array(declared) : undefined;
    this.tooSlow = tooSlow;
  }

  add(chunk: Uint8Array): void {
    if (this.#place === undefined) this.#chunks.push(chunk);
    else this.#place.set(chunk, this.size);
    this.size += chunk.length;
  }

  /** The whole; called once. */
  bytes(): Uint8Array {
    const [first] = this.#chunks;
    if (this.#place !== undefined) return this.#place;
    return this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
  }
}

/** A request target in origin form, `/path?query`; proxies may send the absolute form. */
function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '');
}

function tooLarge(maxBytes: number): FaasmError {
  return new FaasmError('BODY_TOO_LARGE', `The body exceeds the ${maxBytes} bytes that are allowed here.`);
}

function tooSlow(timeoutMs: number): FaasmError {
  const expected = `${PROGRESS_BYTES} bytes or the end every ${timeoutMs} ms`;
  return new FaasmError('BODY_TIMEOUT', `The body came too slowly: ${expected} are expected.`);
}
