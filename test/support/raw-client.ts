import { connect, type Socket } from 'node:net';

/** A TCP connection that sends exactly what a test says, for clients that are broken on purpose. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  /** Everything received when the server has closed the connection, or `pattern` has come. */
  receive(pattern?: RegExp): Promise<string>;
}

/** Connects to `port` on loopback. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  let received = '';
  let wake = (): void => {};
  let closed = false;
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    wake();
  });
  const end = (): void => {
    closed = true;
    wake();
  };
  socket.on('end', end).on('close', end).on('error', end);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return {
    socket,
    send: (text) => void socket.write(text),
    async receive(pattern) {
      while (!closed && !(pattern?.test(received) ?? false)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return received;
    },
  };
}
