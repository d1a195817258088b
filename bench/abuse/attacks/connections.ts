import { connect, type Socket } from 'node:net';
import { type Attack, type Attacker, atOnce } from './attacker.ts';

const CONNECTIONS = 10;
/** So long an attacker keeps a connection. */
const HELD_MS = 3000;

/** What hostile connections do. */
export const CONNECTION_ATTACKS: Readonly<Record<string, Attack>> = {
  'headers that never end': (attacker) =>
    each(attacker, (socket) => trickle(socket, 'POST / HTTP/1.1\r\nHost: localhost\r\n', 'X-Slow: 1\r\n')),

  'a body that never ends': (attacker) =>
    each(attacker, (socket) => trickle(socket, `${head(attacker, 'hello')}Content-Length: 1000000\r\n\r\n`, 'x')),

  'half a request': (attacker) =>
    each(attacker, (socket) => {
      socket.write(`${head(attacker, 'runaway')}Content-Length: 100\r\n\r\nhalf`);
      socket.end();
    }),

  'an answer that nobody reads': (attacker) =>
    each(attacker, (socket) => {
      socket.pause();
      const request = `${head(attacker, 'flood')}Content-Length: 4\r\n\r\n\x01\0\0\0`;
      socket.write(request.repeat(5), 'latin1');
    }),

  'a flood of headers': (attacker) =>
    each(attacker, (socket) => void socket.write(`GET / HTTP/1.1\r\n${'X-Flood: 1\r\n'.repeat(10_000)}\r\n`)),

  'what is no HTTP': (attacker) =>
    each(attacker, (socket) => {
      const bytes = Uint8Array.from({ length: 1000 }, () => attacker.random(256));
      socket.write(bytes);
    }),
};

function head({ user, token }: Attacker, name: string): string {
  return `POST /v1/invoke/${user}/${name} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n`;
}

/** Opens some connections, does `work` on each, and lets go of them when their time is over or the host cuts them. */
async function each({ port }: Attacker, work: (socket: Socket) => void): Promise<void> {
  await atOnce(
    CONNECTIONS,
    () =>
      new Promise<void>((done) => {
        const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        const timer = setTimeout(() => socket.destroy(), HELD_MS);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          clearTimeout(timer);
          done();
        });
        socket.on('end', () => socket.destroy());
        socket.on('connect', () => work(socket));
        socket.resume();
      }),
  );
}

/** Sends `first`, then `more` now and then. */
function trickle(socket: Socket, first: string, more: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(more), 100);
  socket.on('close', () => clearInterval(timer));
}
