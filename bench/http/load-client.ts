// Child of the http bench: keep-alive connections that send one request after the other, over plain sockets.
import { connect } from 'node:net';
import { childInput } from '../harness/child.ts';
import { percentile } from '../harness/statistics.ts';

/** What the client is asked. */
export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly body: string;
  /** What the body of each answer must be. */
  readonly answer: string;
}

/** What it saw; latencies in ms. */
export interface LoadAnswer {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
}

/** The body of a whole answer, undefined while a part is missing. Knows lengths and chunks. */
function bodyOf(received: string): string | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.slice(0, end).toLowerCase();
  const rest = received.slice(end + 4);
  if (!head.startsWith('http/1.1 200')) throw new Error(`Not 200: ${received.slice(0, 500)}`);
  const length = /content-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return rest.length >= Number(length) ? rest : undefined;
  return rest.endsWith('0\r\n\r\n') ? rest.slice(rest.indexOf('\r\n') + 2, rest.lastIndexOf('\r\n0\r\n')) : undefined;
}

/** One connection; resolves when `until` has passed and its last answer has come. */
function client(order: LoadOrder, until: number, times: number[]): Promise<void> {
  const { port, body, answer } = order;
  const request =
    `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let received = '';
  let sentAt = 0;
  return new Promise((done, reject) => {
    const send = (): void => {
      received = '';
      sentAt = performance.now();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      try {
        const text = bodyOf(received);
        if (text === undefined) return;
        if (text !== answer) throw new Error(`Wrong answer: ${received}`);
      } catch (error) {
        reject(error);
        return;
      }
      const now = performance.now();
      times.push(now - sentAt);
      if (now < until) send();
      else socket.end(() => done());
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a connection')));
  });
}

const order = childInput<LoadOrder>();
const start = performance.now();
const times: number[] = [];
const until = start + order.seconds * 1000;
await Promise.all(Array.from({ length: order.connections }, () => client(order, until, times)));
const answer: LoadAnswer = {
  requests: times.length,
  seconds: (performance.now() - start) / 1000,
  p50: percentile(times, 50),
  p99: percentile(times, 99),
};
console.log(JSON.stringify(answer));
process.exit(0);
