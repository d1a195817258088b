import { Agent, request as httpRequest } from 'node:http';

/** An answer of the host. */
export interface Answer {
  readonly status: number;
  /** Error code of the host, empty where there is none. */
  readonly code: string;
  readonly body: Buffer;
}

/** What is sent besides method and path. */
export interface Wish {
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut after so long. */
  readonly cutAfterMs?: number;
}

/** Sends requests for one bearer of a token. Rejects when the connection breaks. */
export type Send = (method: string, path: string, wish?: Wish) => Promise<Answer>;

/** A sender to the host on `port`; `path` is sent as it is. */
export function sender(port: number, token: string): Send {
  const agent = new Agent({ keepAlive: true });
  return (method, path, wish = {}) =>
    new Promise((done, reject) => {
      const headers = { authorization: `Bearer ${token}`, ...wish.headers };
      const request = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const code = String(response.headers['x-faasm-error'] ?? '');
          done({ status: response.statusCode ?? 0, code, body: Buffer.concat(chunks) });
        });
      });
      request.on('error', reject);
      if (wish.cutAfterMs !== undefined) setTimeout(() => request.destroy(), wish.cutAfterMs);
      request.end(wish.body);
    });
}

/** 32-bit words, as the guests of the tests take them. */
export function words(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}
