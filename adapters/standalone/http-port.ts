import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ApiHandler, errorResponse, FaasmError, type LogMethod } from '../../src/index.ts';
import { askWhetherThere, isLate } from './half-closed.ts';
import { foreignReason } from './local-clients.ts';
import { type BodyOptions, NodeRequest, PROGRESS_BYTES } from './node-request.ts';
import { sendResponse } from './node-response.ts';
import { ProgressWatch } from './progress-watch.ts';

/** What {@link openHttpPort} needs. */
export interface HttpPortOptions extends Omit<BodyOptions, 'watch'> {
  /** What the port is for and which setting moves it elsewhere, for errors. */
  readonly name: string;
  readonly setting: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly handler: ApiHandler;
  /** Serve clients on this machine only, no web pages of other origins: for hosts that ask for no tokens. */
  readonly localOnly: boolean;
  /** Told every request once it is answered, as an `http` event; absent when nobody wants to know. */
  readonly log?: LogMethod;
}

/** An open port. */
export interface HttpPort {
  readonly url: string;
  readonly port: number;
  /** Takes no more connections, and ends those that wait for a request. Answers under way go on. */
  stopAccepting(): void;
  /** Waits until no answer is under way, at most `waitMs`, then cuts what is left. */
  close(waitMs: number): Promise<void>;
}

const HEADER_BYTES = 16 * 1024;
const HEADER_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** How often connections are looked at for late headers. */
const CHECK_MS = 2_000;
/** How long a client that sent no HTTP has to read what was wrong. */
const REFUSAL_MS = 500;

/** Opens a port. Rejects with `BAD_REQUEST` when the port cannot be had, saying what to do. */
export async function openHttpPort(options: HttpPortOptions): Promise<HttpPort> {
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: HEADER_TIMEOUT_MS,
    // Bodies have a minimal speed instead, see NodeRequest.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
    // Answered by us, with a code.
    requireHostHeader: false,
  });
  // Without it node:http drops the answers to clients that have closed their side. It has no types.
  Object.assign(server, { httpAllowHalfOpen: true });
  const exchanges = new Exchanges(options);
  server.on('connection', (socket) => socket.on('end', () => exchanges.sideClosed(socket)));
  server.on('request', (incoming, outgoing) => exchanges.answer(incoming, outgoing, false));
  server.on('checkContinue', (incoming, outgoing) => exchanges.answer(incoming, outgoing, true));
  server.on('checkExpectation', (incoming, outgoing) => exchanges.answer(incoming, outgoing, false));
  server.on('clientError', (error, socket) => exchanges.refuse(error, socket));
  server.on('connect', (_, socket) => {
    // node:http has given the socket away: an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy());
    refuse(socket, '400 Bad Request', 'BAD_REQUEST', 'This is no proxy.');
  });
  await listen(server, options);
  let closed: Promise<void> | undefined;
  const stopAccepting = (): Promise<void> => {
    exchanges.stopping = true;
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    return closed;
  };
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    port,
    stopAccepting() {
      void stopAccepting();
    },
    async close(waitMs) {
      const ended = stopAccepting();
      await exchanges.ended(waitMs);
      server.closeAllConnections();
      await ended;
      exchanges.close();
    },
  };
}

/** A connection and the answers under way on it. */
interface Connection {
  count: number;
  /** Of the newest one. */
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  /** When its head, and its body if there is one, had arrived. */
  arrivedAt: number;
  /** What comes next is no HTTP: it ends with the answers that are under way. */
  doomed: boolean;
}

/** The requests of one port that are being answered. */
class Exchanges {
  stopping = false;
  readonly #options: HttpPortOptions;
  readonly #bodies: BodyOptions;
  readonly #watch: ProgressWatch;
  /** Answers under way in all. */
  #underWay = 0;
  readonly #connections = new WeakMap<Duplex, Connection>();
  readonly #refused = new WeakSet<Duplex>();
  #wake: (() => void) | undefined;

  constructor(options: HttpPortOptions) {
    this.#options = options;
    const { budget, bodyTimeoutMs } = options;
    this.#watch = new ProgressWatch(bodyTimeoutMs, PROGRESS_BYTES);
    this.#bodies = { budget, bodyTimeoutMs, watch: this.#watch };
  }

  async answer(incoming: IncomingMessage, outgoing: ServerResponse, awaitsContinue: boolean): Promise<void> {
    const { socket } = incoming;
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      connection = { count: 0, incoming, outgoing, arrivedAt: 0, doomed: false };
      this.#connections.set(socket, connection);
    }
    connection.incoming = incoming;
    connection.outgoing = outgoing;
    connection.count += 1;
    this.#underWay += 1;
    outgoing.once('close', () => this.#leave(connection, socket));
    const startedAt = performance.now();
    connection.arrivedAt = startedAt;
    if (hasBody(incoming)) incoming.once('end', () => this.#arrived(connection));
    const request = new NodeRequest(incoming, outgoing, this.#bodies, awaitsContinue);
    const reason = malformedReason(incoming) ?? (this.#options.localOnly ? foreignReason(incoming) : undefined);
    const response =
      reason === undefined
        ? await this.#options.handler(request)
        : errorResponse(request, { code: 'BAD_REQUEST', message: reason });
    const { bodyTimeoutMs, log } = this.#options;
    const close = this.stopping || (connection.doomed && connection.count === 1);
    await sendResponse(incoming, outgoing, response, { close, stallMs: bodyTimeoutMs });
    request.release();
    log?.('http', {
      method: request.method,
      path: request.path,
      status: response.status,
      code: response.headers['x-faasm-error'],
      durationMs: Number((performance.now() - startedAt).toFixed(3)),
    });
  }

  /** Answers what is no HTTP, once; requests that came before it get their own answers. */
  refuse(error: Error & { code?: string }, socket: Duplex): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const connection = this.#connections.get(socket);
    const { count, incoming, outgoing } = connection ?? { count: 0 };
    if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
    else if (connection === undefined || count === 0) refuse(socket, ...refusalOf(error));
    else if (incoming?.complete || outgoing?.headersSent) connection.doomed = true;
    // The body of the newest request is broken; nobody waits for an answer before it.
    else if (count === 1) refuse(socket, ...refusalOf(error));
    else socket.destroy();
  }

  /** The client has closed its side of the connection. */
  sideClosed(socket: Duplex): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.count === 0) return;
    const { outgoing: answer, arrivedAt } = connection;
    if (answer.headersSent || isLate(answer, performance.now() - arrivedAt)) return void socket.destroy();
    const stop = askWhetherThere(() => {
      const { count, outgoing } = connection;
      return count === 1 && !outgoing.headersSent ? outgoing : undefined;
    });
    socket.once('close', stop);
  }

  /** Nothing is being answered any more. */
  close(): void {
    this.#watch.close();
  }

  async ended(waitMs: number): Promise<void> {
    if (this.#underWay === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #arrived(connection: Connection): void {
    connection.arrivedAt = performance.now();
  }

  #leave(connection: Connection, socket: Duplex): void {
    connection.count -= 1;
    this.#underWay -= 1;
    if (connection.doomed && connection.count === 0) socket.end();
    if (this.#underWay === 0) this.#wake?.();
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Headers that say for whom a request is, from whom, and about what. */
const ONCE = ['Host', 'Authorization', 'FilePath'] as const;

/** Whether a header of ASCII name is there more than once; `rawHeaders` has names and values in turn. */
function isTwice(rawHeaders: readonly string[], name: string): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const other = rawHeaders[at];
    if (other?.length === name.length && other.toLowerCase() === name.toLowerCase()) count += 1;
  }
  return count > 1;
}

/** Why the head of a request is none that HTTP/1.1 allows, or that can be met; node:http has let it through. */
function malformedReason({ headers, rawHeaders, httpVersion }: IncomingMessage): string | undefined {
  if (headers.host === undefined && httpVersion === '1.1') return 'The request has no header Host.';
  // A proxy in front may have gone by the other one than we would.
  for (const name of ONCE) if (isTwice(rawHeaders, name)) return `The request has the header ${name} twice.`;
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && !/^chunked$/i.test(coding)) {
    return `The body is encoded as ${JSON.stringify(coding)}: only chunked can be read.`;
  }
  if (headers.expect === undefined || /^100-continue$/i.test(headers.expect)) return undefined;
  return `The request expects ${JSON.stringify(headers.expect)}: only 100-continue can be met.`;
}

async function listen(server: Server, options: HttpPortOptions): Promise<void> {
  const { host, port, name, setting } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: Error & { code?: string }) => {
      const reasons: Readonly<Record<string, string>> = {
        EADDRINUSE: `is in use by another process. Stop that (ss -ltnp 'sport = :${port}' names it)`,
        EACCES: 'needs rights this process does not have. Take a port above 1023',
        EADDRNOTAVAIL: 'cannot be opened: the machine does not have this address. Set FAASM_BIND_HOST',
      };
      const reason = reasons[error.code ?? ''] ?? `cannot be opened (${error.message}). Check the address`;
      const message = `The ${name} port ${host}:${port} ${reason}, or choose another port with ${setting}=<port>.`;
      reject(new FaasmError('BAD_REQUEST', message, error));
    });
    server.listen({ host, port, backlog: 1024 }, resolve);
  });
}

/** Answers with an error where there is no request to answer, and ends the connection. */
function refuse(socket: Duplex, status: string, code: string, message: string): void {
  const text = `${code}: ${message}`;
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}x-faasm-error: ${code}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  setTimeout(() => socket.destroy(), REFUSAL_MS).unref();
}

function refusalOf(error: { readonly code?: string }): readonly [status: string, code: string, message: string] {
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    const message = `The request headers exceed ${HEADER_BYTES} bytes.`;
    return ['431 Request Header Fields Too Large', 'BAD_REQUEST', message];
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const message = `The request headers did not arrive within ${HEADER_TIMEOUT_MS} ms.`;
    return ['408 Request Timeout', 'BODY_TIMEOUT', message];
  }
  return ['400 Bad Request', 'BAD_REQUEST', 'The request is not valid HTTP/1.1.'];
}
