import { once } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { BodyBudget } from '../../../adapters/standalone/body-budget.ts';
import { type HttpPort, openHttpPort } from '../../../adapters/standalone/http-port.ts';
import { errorResponse } from '../../../src/api/error-response.ts';
import type { ApiHandler, ApiResponse } from '../../../src/api/http.ts';
import { toFaasmError } from '../../../src/core/errors.ts';
import { type RawClient, rawClient } from '../../support/raw-client.ts';
import { until } from '../../support/until.ts';

const MIB = 1024 * 1024;
const ok = (body: ApiResponse['body'] = 'ok'): ApiResponse => ({ status: 200, headers: {}, body });
const readBody: ApiHandler = async (request) => ok(String((await request.body(1000)).length));

let open: HttpPort[] = [];
let clients: RawClient[] = [];

/** `handler` with what it throws turned into an answer, as the API does. */
const answeringErrors =
  (handler: ApiHandler): ApiHandler =>
  (request) =>
    handler(request).catch((error: unknown) => errorResponse(request, toFaasmError(error).record()));

async function serve(
  handler: ApiHandler,
  more: { bodyTimeoutMs?: number; budget?: BodyBudget; localOnly?: boolean; log?: () => void } = {},
): Promise<HttpPort> {
  const port = await openHttpPort({
    name: 'test',
    setting: 'FAASM_TEST_PORT',
    host: '127.0.0.1',
    port: 0,
    bodyTimeoutMs: 5_000,
    localOnly: true,
    budget: new BodyBudget(64 * MIB),
    handler: answeringErrors(handler),
    ...more,
  });
  open.push(port);
  return port;
}

/** No time passes by the clock, only by timers, until the test ends: what comes next comes soon on a busy machine, too. */
function stopClock(): void {
  jest.spyOn(performance, 'now').mockReturnValue(performance.now());
}

async function client(port: HttpPort): Promise<RawClient> {
  const connection = await rawClient(port.port);
  clients.push(connection);
  return connection;
}

afterEach(async () => {
  jest.restoreAllMocks();
  for (const { socket } of clients) socket.destroy();
  await Promise.all(open.map((port) => port.close(0)));
  open = [];
  clients = [];
});

describe('HTTP port: requests', () => {
  it('gives the handler method, path, query, headers and body', async () => {
    const port = await serve(async (request) => {
      const body = Buffer.from(await request.body(100)).toString();
      return ok([request.method, request.path, request.query, request.header('x-test'), body].join(' '));
    });
    const answer = await fetch(`${port.url}/a%20b?c=d?%20e`, {
      method: 'PUT',
      headers: { 'X-Test': 'yes' },
      body: 'text',
    });
    expect(await answer.text()).toBe('PUT /a%20b c=d?%20e yes text');
  });

  it('reads large bodies of known length and in chunks alike', async () => {
    const data = Buffer.alloc(3 * MIB, 'x');
    const port = await serve(async (request) => ok(String(Buffer.compare(await request.body(4 * MIB), data))));
    expect(await (await fetch(port.url, { method: 'PUT', body: data })).text()).toBe('0');
    const stream = new ReadableStream({
      start(controller) {
        for (let at = 0; at < data.length; at += MIB) controller.enqueue(data.subarray(at, at + MIB));
        controller.close();
      },
    });
    const chunked: RequestInit & { duplex: string } = { method: 'PUT', body: stream, duplex: 'half' };
    expect(await (await fetch(port.url, chunked)).text()).toBe('0');
  });

  it('understands a target in absolute form', async () => {
    const connection = await client(await serve(async (request) => ok(`${request.path} ${request.query}`)));
    connection.send('GET http://localhost/a/b?c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await connection.receive()).toMatch(/\r\n\r\n\/a\/b c$/);
  });

  it('answers requests that are sent at once in their order', async () => {
    const port = await serve(async (request) => {
      if (request.path === '/slow') await new Promise((resolve) => setTimeout(resolve, 30));
      return ok(request.path);
    });
    const connection = await client(port);
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    connection.send(get('/slow') + get('/fast') + get('/last'));
    expect(await connection.receive(/\/last$/)).toMatch(/\/slow[\s\S]*\/fast[\s\S]*\/last$/);
  });
});

describe('HTTP port: bodies', () => {
  it('refuses a declared length early and lets the client read the answer while it sends', async () => {
    const connection = await client(await serve(readBody));
    connection.send('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n');
    connection.send(new Uint8Array(2 * MIB));
    const answer = await connection.receive(/allowed here/);
    expect(answer).toMatch(/^HTTP\/1.1 413 [\s\S]*connection: close/i);
    expect(answer).toMatch(/x-faasm-error: BODY_TOO_LARGE/i);
  });

  it('counts a body of unknown length', async () => {
    const connection = await client(await serve(readBody));
    connection.send('PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let i = 0; i < 20; i += 1) connection.send(`64\r\n${'x'.repeat(100)}\r\n`);
    expect(await connection.receive(/allowed here/)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('tells a client to continue only when it takes the body', async () => {
    const port = await serve(readBody);
    const head = (length: number): string =>
      `PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const taken = await client(port);
    taken.send(head(3));
    expect(await taken.receive(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 100 Continue/);
    taken.send('abc');
    expect(await taken.receive(/\r\n\r\n3/)).toMatch(/HTTP\/1.1 200/);
    const refused = await client(port);
    refused.send(head(5000));
    expect(await refused.receive(/allowed here/)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('gives up on a body that comes too slowly', async () => {
    const port = await serve(readBody, { bodyTimeoutMs: 200 });
    const connection = await client(port);
    connection.send('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n');
    const drip = setInterval(() => connection.send('x'), 50);
    const answer = await connection.receive(/too slowly/);
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*x-faasm-error: BODY_TIMEOUT/i);
  });

  it('bounds what all bodies hold together, and takes more when they are gone', async () => {
    const budget = new BodyBudget(1500);
    const port = await serve(readBody, { budget });
    const first = await client(port);
    first.send('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nx');
    await until(() => budget.usedBytes === 1000);
    const second = await fetch(port.url, { method: 'PUT', body: 'x'.repeat(1000) });
    expect([second.status, second.headers.get('x-faasm-error')]).toEqual([503, 'HOST_OVERLOADED']);
    first.socket.destroy();
    await until(() => budget.usedBytes === 0);
    expect((await fetch(port.url, { method: 'PUT', body: 'x'.repeat(1000) })).status).toBe(200);
    await until(() => budget.usedBytes === 0);
  });

  it('ends a connection whose body nobody read, not one whose body was', async () => {
    const port = await serve(async () => ok());
    const connection = await client(port);
    connection.send('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody');
    expect(await connection.receive(/ok$/)).toMatch(/connection: keep-alive/i);
    connection.send('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\nbody');
    expect(await connection.receive(/close[\s\S]*ok$/)).toMatch(/connection: close/i);
  });
});

describe('HTTP port: heads', () => {
  it.each([
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', /no header Host/],
    [
      'two Hosts',
      'GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\nConnection: close\r\n\r\n',
      /header Host twice/,
    ],
    [
      'two tokens',
      'GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nAuthorization: y\r\nConnection: close\r\n\r\n',
      /header Authorization twice/,
    ],
    [
      'two paths of files',
      'PUT /file HTTP/1.1\r\nHost: a\r\nFilePath: x\r\nfilepath: y\r\nConnection: close\r\n\r\n',
      /header FilePath twice/,
    ],
    [
      'a coding',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
      /"gzip, chunked"/,
    ],
    ['an expectation', 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: more\r\nConnection: close\r\n\r\n', /"more"/],
  ])('with %s are refused with a code', async (_, head, message) => {
    const connection = await client(await serve(async () => ok('never')));
    connection.send(head);
    const answer = await connection.receive();
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-faasm-error: BAD_REQUEST/i);
    expect(answer).toMatch(message);
  });
});

describe('HTTP port: requests that are broken behind their head', () => {
  const post = (length: number, body: string): string =>
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${body}`;

  it('get their answer when they were whole, and the connection ends', async () => {
    const connection = await client(await serve(readBody));
    connection.send(post(3, 'abc, and more than was declared'));
    expect(await connection.receive()).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*\r\n\r\n3$/i);
  });

  it('all get theirs when several came at once', async () => {
    const connection = await client(await serve(readBody));
    connection.send(post(1, 'a') + post(2, 'bc, and more'));
    expect((await connection.receive()).match(/HTTP\/1\.1 200|\r\n\r\n\d/g)).toEqual([
      'HTTP/1.1 200',
      '\r\n\r\n1',
      'HTTP/1.1 200',
      '\r\n\r\n2',
    ]);
  });

  it('are 400 when their body is no chunked one', async () => {
    const connection = await client(await serve(readBody));
    connection.send('POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n');
    expect(await connection.receive()).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-faasm-error: BAD_REQUEST/i);
  });

  it('are 400 when they want a tunnel', async () => {
    const connection = await client(await serve(readBody));
    connection.send('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n');
    expect(await connection.receive()).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-faasm-error: BAD_REQUEST[\s\S]*no proxy/i);
  });

  it('do no harm when they want a tunnel and are cut off at once', async () => {
    const port = await serve(async () => ok());
    const connection = await client(port);
    connection.send('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n');
    await connection.receive(/no proxy/);
    connection.socket.resetAndDestroy();
    await once(connection.socket, 'close');
    expect(await (await fetch(port.url)).text()).toBe('ok');
  });
});

describe('HTTP port: answers', () => {
  it('streams to a slow reader without holding the body', async () => {
    let made = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; made < 400; made += 1) yield new Uint8Array(MIB / 4);
    }
    const connection = await client(await serve(async () => ok(endless())));
    connection.socket.pause();
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(made).toBeLessThan(100);
    connection.socket.resume();
    expect((await connection.receive()).length).toBeGreaterThan(100 * MIB);
  });

  it('sends the first chunk of a stream before there is a second', async () => {
    let release = (): void => {};
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('first');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      yield Buffer.from('second');
    }
    const connection = await client(await serve(async () => ok(slow())));
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await connection.receive(/first/)).toMatch(/transfer-encoding: chunked[\s\S]*first/i);
    release();
    expect(await connection.receive(/second[\s\S]*\r\n0\r\n\r\n$/)).toContain('second');
  });

  it('sends the head alone where the answer says the length of what it leaves out', async () => {
    const port = await serve(async ({ method }) => ({
      status: method === 'OPTIONS' ? 204 : 200,
      headers: method === 'HEAD' ? { 'content-length': '700' } : {},
      body: '',
    }));
    const connection = await client(port);
    connection.send('HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const head = await connection.receive(/\r\n\r\n$/);
    expect(head.match(/content-length: \d+/gi)).toEqual(['content-length: 700']);
    const options = await fetch(port.url, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('content-length')]).toEqual([204, null]);
  });

  it('cuts off a client that takes nothing', async () => {
    let over = false;
    const log = (): void => {
      over = true;
    };
    const port = await serve(async () => ok(new Uint8Array(64 * MIB)), { bodyTimeoutMs: 200, log });
    const connection = await client(port);
    connection.socket.pause();
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => over);
    connection.socket.resume();
    expect((await connection.receive()).length).toBeLessThan(64 * MIB);
  });

  it('cuts the connection when a stream fails, so that the answer does not look whole', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('start');
      throw new Error('lost');
    }
    const port = await serve(async () => ok(failing()));
    await expect(fetch(port.url).then((answer) => answer.text())).rejects.toThrow();
  });

  it.each([
    ['1.1', 'destroy', 200],
    ['1.1', 'end', 500],
    ['1.0', 'end', 200],
  ] as const)('reports a client of HTTP/%s that goes away by %s after %i ms', async (version, how, afterMs) => {
    let disconnected = (): void => {};
    const gone = new Promise<void>((resolve) => {
      disconnected = resolve;
    });
    let arrived = false;
    const port = await serve(async (request) => {
      arrived = true;
      request.onDisconnect(disconnected);
      await gone;
      return ok();
    });
    const connection = await client(port);
    connection.send(`GET / HTTP/${version}\r\nHost: localhost\r\n\r\n`);
    await until(() => arrived);
    // Sooner, an end only says that no other request comes.
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    connection.socket[how]();
    await gone;
  });

  it('reports a client that goes away right behind its request', async () => {
    let disconnected = (): void => {};
    const gone = new Promise<void>((resolve) => {
      disconnected = resolve;
    });
    const port = await serve(async (request) => {
      request.onDisconnect(disconnected);
      await gone;
      return ok();
    });
    const connection = await client(port);
    connection.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', () => connection.socket.destroy());
    await gone;
  });

  it('asks a client that has closed its side whether it is still there, and answers it', async () => {
    stopClock();
    const port = await serve(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_250));
      return ok();
    });
    const connection = await client(port);
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    connection.socket.end();
    expect(await connection.receive()).toMatch(/^(HTTP\/1.1 102 Processing\r\n\r\n)+HTTP\/1.1 200 [\s\S]*ok$/);
  });

  it.each([
    'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody',
  ])('answers clients that close their side behind a request: %j', async (text) => {
    stopClock();
    const port = await serve(async (request) => {
      await request.body(1000);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return ok();
    });
    const connection = await client(port);
    connection.send(text);
    connection.socket.end();
    expect(await connection.receive()).toMatch(/^HTTP\/1.1 200 [\s\S]*ok$/);
  });

  it('does not report clients that got their answer', async () => {
    let reported = false;
    const port = await serve(async (request) => {
      request.onDisconnect(() => {
        reported = true;
      });
      return ok();
    });
    const connection = await client(port);
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.receive(/ok$/);
    connection.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reported).toBe(false);
  });
});

describe('HTTP port: hostile clients', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'two lengths',
      'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      /^HTTP\/1.1 400 /,
    ],
    [
      'a length and chunks',
      'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1.1 400 /],
    ['a foreign host', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', /^HTTP\/1.1 400 [\s\S]*BAD_REQUEST: Host/],
    [
      'a web page',
      'POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 0\r\n\r\n',
      /^HTTP\/1.1 400 [\s\S]*BAD_REQUEST: Requests of web pages/,
    ],
    ['a web page without origin', 'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n\r\n', /^HTTP\/1.1 400 /],
  ])('refuses %s', async (_, request, expected) => {
    const connection = await client(await serve(readBody));
    connection.send(request);
    expect(await connection.receive(/\r\n\r\n/)).toMatch(expected);
  });

  it('serves them where tokens are needed: whoever has none is refused by the API', async () => {
    const connection = await client(await serve(async () => ok(), { localOnly: false }));
    connection.send('GET / HTTP/1.1\r\nHost: faasm.example\r\nOrigin: https://page.example\r\n\r\n');
    expect(await connection.receive(/ok$/)).toMatch(/^HTTP\/1.1 200 /);
  });

  it('answers a flood of headers once and cuts the connection', async () => {
    const port = await serve(readBody);
    const connection = await client(port);
    connection.send('GET / HTTP/1.1\r\nHost: localhost\r\n');
    for (let i = 0; i < 2000; i += 1) connection.send(`X-Flood-${i}: ${'x'.repeat(100)}\r\n`);
    const answer = await connection.receive();
    expect(answer).toMatch(/^HTTP\/1.1 431 [\s\S]*x-faasm-error: BAD_REQUEST/);
    expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1);
    expect((await fetch(port.url, { method: 'PUT', body: 'x' })).status).toBe(200);
  });
});

describe('HTTP port: start and stop', () => {
  it('says what to do when the port is in use', async () => {
    const port = await serve(readBody);
    const again = openHttpPort({
      name: 'invoke',
      setting: 'FAASM_INVOKE_PORT',
      host: '127.0.0.1',
      port: port.port,
      bodyTimeoutMs: 1000,
      localOnly: true,
      budget: new BodyBudget(1),
      handler: readBody,
    });
    await expect(again).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(/in use by another process.*FAASM_INVOKE_PORT=<port>/),
    });
  });

  it('finishes answers under way, then closes; idle connections do not hold it', async () => {
    let release: (() => void) | undefined;
    const port = await serve(async (request) => {
      if (request.path === '/wait') await new Promise<void>((resolve) => (release = resolve));
      return ok();
    });
    const idle = await client(port);
    idle.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await idle.receive(/ok$/);
    const waiting = fetch(`${port.url}/wait`);
    await until(() => release !== undefined);
    const closed = port.close(250_000);
    await expect(fetch(port.url)).rejects.toThrow();
    release?.();
    const answer = await waiting;
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await closed;
  });

  it('does not wait for ever', async () => {
    let arrived = false;
    const port = await serve(() => {
      arrived = true;
      return new Promise(() => {});
    });
    const hanging = fetch(port.url).catch(() => 'cut');
    await until(() => arrived);
    await port.close(50);
    expect(await hanging).toBe('cut');
  });
});
