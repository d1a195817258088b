import type { Route } from '../../../src/api/route.ts';
import { ROUTES } from '../../../src/api/routes.ts';
import { KNOWN_NAMES, oddJson, oddText } from './http-values.ts';
import { mutateModule } from './module-mutations.ts';
import type { Random } from './random.ts';

/** One request, as bytes. */
export interface HttpRequest {
  readonly method: string;
  readonly bytes: Buffer;
  /**
   * `whole`: the server is to answer. `half`: our side of the connection is closed behind it, and where that takes a moment
   * the server takes it for the end of both. `cut`: it is malformed or something is missing, so that the answer may take a timeout, or there is none.
   */
  readonly ending: 'whole' | 'half' | 'cut';
}

const METHODS = [
  'GET',
  'PUT',
  'POST',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'FOO',
  'CONNECT',
];
/** Lines that make a head malformed, or say something else about the body than the others do. */
const BAD_HEADERS = ['no colon', ': no name', 'a b: c', 'X: \x01', 'Content-Length: 5', 'Transfer-Encoding: gzip'];
/** Paths that no route has, and targets that are no paths. */
const ODD_TARGETS = [
  '*',
  '',
  '//',
  '/../f',
  '/./',
  '/f',
  '/%2e%2e/f',
  '/v1',
  '/v1/',
  '/V1/CALLS',
  'http://localhost/ping',
  'x:y',
  '/ping#x',
  '?',
];
const MODULE = Uint8Array.from([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, 0x5f, 0x73, 0x74, 0x61, 0x72, 0x74, 0,
  0, 10, 4, 1, 2, 0, 0x0b,
]);

/** A request to one of the API's routes, more or less as it should be. */
export function makeRequest(random: Random): HttpRequest {
  const route = random.pick(ROUTES);
  const method = random.chance(0.85) ? route.method : random.pick(METHODS);
  const target = random.chance(0.95) ? targetOf(random, route) : random.pick(ODD_TARGETS);
  const headers = headersOf(random, route);
  const body = bodyOf(random, route);
  const [framed, ending] = random.chance(0.85) ? wellFramed(random, headers, body) : misframed(random, headers, body);
  const head = `${method} ${target} HTTP/${random.chance(0.98) ? '1.1' : random.pick(['1.0', '2.0', '9', ''])}\r\n`;
  const lines = headers.map((line) => `${line}\r\n`).join('');
  if (random.chance(0.03)) {
    const bytes = Buffer.from(`${head}${random.pick(BAD_HEADERS)}\r\n${lines}\r\n`, 'latin1');
    return { method, bytes: Buffer.concat([bytes, framed]), ending: 'cut' };
  }
  const bytes = Buffer.concat([Buffer.from(`${head}${lines}\r\n`, 'latin1'), framed]);
  if (random.chance(0.97)) return { method, bytes, ending };
  // Cut anywhere, or one byte changed.
  const at = random.below(bytes.length);
  if (random.chance(0.5)) return { method, bytes: bytes.subarray(0, at), ending: 'cut' };
  bytes[at] = random.below(256);
  return { method, bytes, ending: 'cut' };
}

function targetOf(random: Random, route: Route): string {
  const path = route.path.replaceAll(/\{([^}]*)\}/g, (_, name: string) => {
    if (name === 'call') return random.chance(0.5) ? String(random.below(5)) : oddText(random);
    if (name.endsWith('...') && random.chance(0.3)) return `${oddText(random)}/${oddText(random)}`;
    return random.chance(0.85) ? random.pick(KNOWN_NAMES) : oddText(random);
  });
  // What would wait for something stays out: a case takes milliseconds.
  const names = [...Object.keys(route.query ?? {}).filter((name) => name !== 'wait'), 'x', ''];
  const parameters: string[] = [];
  for (let left = random.chance(0.25) ? 1 + random.below(3) : 0; left > 0; left -= 1) {
    parameters.push(`${random.pick(names)}${random.pick(['=', '=', '', '=='])}${oddText(random)}`);
  }
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  // Blanks would end the target: those that are meant are sent encoded.
  return `${path}${query}`.replaceAll(' ', '%20');
}

function headersOf(random: Random, route: Route): string[] {
  const headers = [
    `Host: ${random.chance(0.95) ? '127.0.0.1' : random.pick(['', 'example.com', 'localhost:x', '127.0.0.1, a'])}`,
  ];
  const more: (() => string)[] = [
    () => `Accept: ${random.pick(['application/json', '*/*', 'text/html', ''])}`,
    () =>
      `Content-Type: ${random.pick(['application/json', 'application/wasm', 'x', 'multipart/form-data; boundary=', 'text/plain; charset=utf-7'])}`,
    () =>
      `Authorization: ${random.pick(['Bearer ', 'Basic eDp5', 'Bearer faasm_0123456789ab_x', `Bearer ${'x'.repeat(3000)}`, 'bearer a b'])}`,
    () => `FilePath: ${random.pick(['a.txt', '../a', '/etc/passwd', 'a\u00e4', 'x'.repeat(1000), ''])}`,
    () =>
      `traceparent: ${random.pick(['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0', 'ff', ''])}`,
    () => `tracestate: ${random.pick(['a=b', '=', 'x'.repeat(600)])}`,
    () => `Idempotency-Key: ${random.pick(['one', 'two', '', 'x'.repeat(500)])}`,
    () => `Origin: ${random.pick(['http://localhost:8080', 'https://example.com', 'null'])}`,
    () => `Connection: ${random.pick(['close', 'keep-alive', 'Upgrade', 'x'])}`,
    () => `Upgrade: ${random.pick(['websocket', 'h2c'])}`,
    () => `Expect: ${random.chance(0.9) ? '100-continue' : '200-ok'}`,
    () => `Range: ${random.pick(['bytes=0-1', 'bytes=5-1', 'x'])}`,
    () => `If-Match: ${random.pick(['*', '"x"'])}`,
    () =>
      `X-${random.pick(['a', 'b'])}: ${Buffer.from(random.bytes(random.below(20)).map(printable)).toString('latin1')}`,
    ...Object.keys(route.headers ?? {}).map((name) => () => `${name}: ${oddText(random)}`),
  ];
  for (let left = random.chance(0.5) ? 0 : 1 + random.below(3); left > 0; left -= 1) headers.push(random.pick(more)());
  if (random.chance(0.02))
    for (let left = 20 + random.below(300); left > 0; left -= 1) headers.push(`X-${left}: ${'x'.repeat(90)}`);
  return headers;
}

/** A byte that a header may have. */
function printable(byte: number): number {
  return byte < 0x20 || byte === 0x7f ? 0x3f : byte;
}

function bodyOf(random: Random, route: Route): Buffer {
  if (route.body === undefined) return random.chance(0.9) ? Buffer.alloc(0) : oddJson(random);
  if (route.body.kind === 'json') {
    return random.chance(0.3) ? Buffer.from(JSON.stringify(route.body.example)) : oddJson(random);
  }
  if (random.chance(0.03)) return Buffer.alloc(300_000, 'x'); // more than any limit
  if (route.body.contentType.includes('wasm'))
    return Buffer.from(random.chance(0.5) ? MODULE : mutateModule(random, MODULE, MODULE));
  return Buffer.from(random.bytes(random.below(100)));
}

type Framed = readonly [bytes: Buffer, ending: HttpRequest['ending']];

function wellFramed(random: Random, headers: string[], body: Buffer): Framed {
  const ending = random.chance(0.05) ? 'half' : 'whole';
  if (body.length === 0 && random.chance(0.5)) return [body, ending];
  if (random.chance(0.8)) {
    headers.push(`Content-Length: ${body.length}`);
    return [body, ending];
  }
  headers.push('Transfer-Encoding: chunked');
  const size = 1 + random.below(Math.max(1, body.length));
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return [Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]), ending];
}

/** A body whose end is not where the head says. */
function misframed(random: Random, headers: string[], body: Buffer): Framed {
  const length = random.pick([
    `${body.length + 10}`,
    '-1',
    '1e3',
    '0x5',
    '99999999999999999999',
    '5, 5',
    `+${body.length}`,
  ]);
  const chunks = random.pick(['zz\r\n', '-1\r\n', 'ffffffffffffffffff\r\n', '5\r\nab', '5;x=y\r\nabcde\r\n', '']);
  if (random.chance(0.5)) headers.push(`Content-Length: ${length}`);
  else headers.push('Transfer-Encoding: chunked');
  return [random.chance(0.5) ? body : Buffer.from(chunks), 'cut'];
}
