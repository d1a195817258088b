/** An answer as it came over the wire. */
export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case; repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const STATUS_LINE = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$/;
const HEAD_END = '\r\n\r\n';

/**
 * Reads the answer at the start of `bytes`, strictly. Undefined while more is needed; throws when it is no HTTP/1.1.
 * `bodiless`: the request was one whose answer has no body (HEAD).
 */
export function parseAnswer(bytes: Buffer, bodiless: boolean): HttpAnswer | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1] ?? malformed(`the status line ${JSON.stringify(first)}`));
  const rest = bytes.subarray(end + HEAD_END.length);
  // A preliminary answer, such as 100 Continue.
  if (status < 200) return parseAnswer(rest, bodiless);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = HEADER_LINE.exec(line) ?? malformed(`the header ${JSON.stringify(line)}`);
    const key = String(name).toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? String(value) : `${before}, ${value}`);
  }
  if (bodiless || status === 204 || status === 304) return { status, headers, body: Buffer.alloc(0) };
  const body = headers.get('transfer-encoding') === 'chunked' ? parseChunks(rest) : parseLength(rest, headers);
  return body === undefined ? undefined : { status, headers, body };
}

function parseLength(bytes: Buffer, headers: ReadonlyMap<string, string>): Buffer | undefined {
  const text = headers.get('content-length');
  if (text === undefined || !/^\d+$/.test(text)) return malformed(`a body of length ${text}`);
  const length = Number(text);
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

function parseChunks(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const text = bytes.subarray(at, end).toString('latin1');
    if (!/^[0-9a-f]+$/i.test(text)) return malformed(`the chunk size ${JSON.stringify(text)}`);
    const size = Number.parseInt(text, 16);
    const next = end + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = next;
  }
}

function malformed(what: string): never {
  throw new Error(`The answer is no HTTP: ${what}`);
}
