import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { FaasmError } from '../core/errors.ts';
import type { RedisPlace } from '../core/redis-url.ts';
import { isConnectionLoss, isPassing, isRefusal, isUnknownScript, redisError } from './redis-errors.ts';
import { type ScriptName, script } from './redis-scripts.ts';

const RETRY_MS = 25;
const RECONNECT_MAX_MS = 500;
/** The next sentinel is asked when one says nothing for so long. */
const SENTINEL_TIMEOUT_MS = 1000;

/** Options of {@link RedisConnection}. */
export interface RedisConnectionOptions {
  readonly place: RedisPlace;
  /** A server that says nothing for so long is given up; while there is none, requests wait as long again. */
  readonly timeoutMs: number;
  /** Certificates in PEM to trust with TLS instead of the system's. */
  readonly ca?: string;
}

/** An argument of a command. */
export type RedisArgument = string | number | Uint8Array;

/** What {@link RedisConnection.run} may do. */
export interface RunOptions {
  /** Whether running it twice does no harm, so that it may be sent again when the connection is lost. */
  readonly repeatable: boolean;
}

/**
 * Connections to the servers of one place. Requests wait for a connection for a bounded time, are sent in their order, and
 * fail at once when it is lost, because what was under way may have been done. It connects again by itself.
 */
export class RedisConnection {
  readonly name: string;
  readonly #client: Redis | Cluster;
  readonly #timeoutMs: number;
  #lastError: unknown;
  #closed = false;

  constructor(options: RedisConnectionOptions) {
    this.name = options.place.shown;
    this.#timeoutMs = options.timeoutMs;
    this.#client = openClient(options);
    this.#client.on('error', (error) => {
      this.#lastError = error;
    });
    this.#client.on('ready', () => {
      this.#lastError = undefined;
    });
  }

  /** Runs a script. Text comes as Buffers. Throws what redisError makes of errors. */
  run(name: ScriptName, keys: readonly string[], args: readonly RedisArgument[], how: RunOptions): Promise<unknown> {
    return this.#attempt(how, () => this.#evaluate(name, keys, args));
  }

  /** Sends a command that may be sent twice. Text comes as Buffers. Throws what redisError makes of errors. */
  command(name: string, ...args: readonly RedisArgument[]): Promise<unknown> {
    return this.#attempt({ repeatable: true }, () => this.#client.callBuffer(name, ...args.map(asSent)));
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#closed = true;
    const clients = this.#client instanceof Cluster ? this.#client.nodes() : [this.#client];
    // ioredis hears the first error of a socket only, and TLS that is broken off as it begins can have a second one, which
    // would end the process.
    for (const { stream } of clients) stream?.on('error', () => undefined);
    this.#client.disconnect();
  }

  async #attempt<T>({ repeatable }: RunOptions, work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      if (this.#closed) throw new FaasmError('SHUTTING_DOWN', `The connection to ${this.name} has been closed.`);
      // What a client rejects before it has sent it is rejected by now, and nothing has come from a socket yet: ticks come
      // after all that promises do, if a promise brought us here.
      await undefined;
      let sent = false;
      process.nextTick(() => {
        sent = true;
      });
      try {
        return await work();
      } catch (error) {
        const mayPass = isPassing(error) || (isConnectionLoss(error) && (repeatable || !sent));
        const refused = this.#lastError !== undefined && isRefusal(this.#lastError);
        if (!mayPass || refused || performance.now() >= deadline) throw redisError(this.name, error, this.#lastError);
        this.#lookAround();
      }
      await sleep(RETRY_MS);
    }
  }

  async #evaluate(name: ScriptName, keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> {
    const { sha, text } = script(name);
    const rest = [keys.length, ...keys, ...args.map(asSent)];
    try {
      return await this.#client.callBuffer('EVALSHA', sha, ...rest);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.#client.callBuffer('EVAL', text, ...rest);
    }
  }

  /** Asks a cluster which server has what now. */
  #lookAround(): void {
    if (this.#client instanceof Cluster) this.#client.refreshSlotsCache(() => undefined);
  }
}

function openClient({ place, timeoutMs, ca }: RedisConnectionOptions): Redis | Cluster {
  const tls = place.tls ? { tls: { ...(ca === undefined ? {} : { ca }) } } : {};
  const reconnect = (times: number): number => Math.min(RETRY_MS * 2 ** Math.min(times, 10), RECONNECT_MAX_MS);
  const options = {
    ...(place.username === undefined ? {} : { username: place.username }),
    ...(place.password === undefined ? {} : { password: place.password }),
    ...tls,
    connectionName: 'faasm',
    disableClientInfo: true,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Nothing is sent twice but by us, who know what may be, and nothing waits where nobody sees it.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // The server is a replica by now: ask who is not.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  };
  const [first] = place.addresses;
  if (place.kind === 'cluster') {
    return new Cluster([...place.addresses], {
      redisOptions: options,
      enableOfflineQueue: false,
      clusterRetryStrategy: reconnect,
      retryDelayOnFailover: 0,
      slotsRefreshTimeout: timeoutMs,
      slotsRefreshInterval: 5000,
    });
  }
  const single = { ...options, enableOfflineQueue: false, retryStrategy: reconnect, db: place.database };
  if (place.kind === 'path') return new Redis({ ...single, path: place.path });
  if (place.kind === 'server') return new Redis({ ...single, ...first });
  return new Redis({
    ...single,
    sentinels: [...place.addresses],
    name: place.masterName,
    sentinelRetryStrategy: reconnect,
    sentinelCommandTimeout: Math.min(timeoutMs, SENTINEL_TIMEOUT_MS),
    enableTLSForSentinelMode: place.tls,
  });
}

function asSent(argument: RedisArgument): string | number | Buffer {
  if (!(argument instanceof Uint8Array)) return argument;
  // A view, not a copy.
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength);
}
