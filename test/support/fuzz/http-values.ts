import type { Random } from './random.ts';

/** Text that parsers, file systems and logs have stumbled over. */
const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '%2e%2e',
  '%2e%2e%2fetc',
  '..%2f..%2f',
  '%00',
  'a%00b',
  '%',
  '%zz',
  '%c0%af',
  '%ff%fe',
  '%ed%a0%80',
  '%f0%9f%98%80',
  'a%2fb',
  'a//b',
  '\\..\\',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  '-1',
  '0',
  '1e3',
  '0x10',
  '9007199254740993',
  '99999999999999999999999',
  'NaN',
  ';',
  '*',
  '#',
  '\'"<>',
  '{{x}}',
  'x'.repeat(200),
  'x'.repeat(3000),
];

/** Names that things on the server have, so that requests get further. */
export const KNOWN_NAMES: readonly string[] = [
  'demo',
  'demo',
  'fuzz',
  'echo',
  'hello',
  'exit_code',
  'key',
  'a.txt',
  'shared',
];

/** Fields of the API's bodies, and some of nobody's. */
const FIELDS: readonly string[] = [
  'user',
  'function',
  'input_data',
  'input_data_base64',
  'cmdline',
  'async',
  'status',
  'id',
  'python',
  'mpi',
  'mpi_world_size',
  'sgx',
  'flush',
  'record_exec_graph',
  'http_type',
  'payload',
  'version',
  'keep',
  'kind',
  'note',
  'ttlMs',
  'limits',
  'memoryBytes',
  'timeoutMs',
  'environment',
  'grants',
  'state',
  'appId',
  'messages',
  'type',
  '__proto__',
  'constructor',
  'length',
  '',
];

/** Text of a path segment or a query's value, as it is sent. */
export function oddText(random: Random): string {
  if (random.chance(0.5)) return random.pick(KNOWN_NAMES);
  if (random.chance(0.8)) return random.pick(ODD_TEXTS);
  return encodeURIComponent(Buffer.from(random.bytes(random.below(12))).toString('latin1'));
}

/** JSON text; not always of a value that fits, and not always well-formed. */
export function oddJson(random: Random): Buffer {
  const kind = random.below(20);
  if (kind === 0) return Buffer.from('['.repeat(20_000));
  if (kind === 1) return Buffer.from(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`);
  if (kind === 2) return Buffer.from(random.bytes(random.below(200)));
  const text = Buffer.from(random.chance(0.6) ? callText(random) : valueText(random, 0));
  if (kind > 5 || text.length === 0) return text;
  // Broken in one place: a byte of no UTF-8, a quote too many, or an end too early.
  const at = random.below(text.length);
  if (kind === 3) return text.subarray(0, at);
  text[at] = random.pick([0x00, 0x22, 0x5c, 0x7b, 0xc0, 0xff, random.below(256)]);
  return text;
}

/** A call of a function that may exist, with fields that it may not have. */
function callText(random: Random): string {
  const fields = [`"user":"${random.pick(KNOWN_NAMES)}"`, `"function":"${random.pick(KNOWN_NAMES)}"`];
  for (let left = random.below(4); left > 0; left -= 1) fields.push(field(random, 1));
  return `{${fields.join(',')}}`;
}

function field(random: Random, depth: number): string {
  return `${JSON.stringify(random.pick(FIELDS))}:${valueText(random, depth)}`;
}

function valueText(random: Random, depth: number): string {
  const kind = random.below(depth > 3 ? 6 : 8);
  const many = (write: () => string): string => Array.from({ length: random.below(4) }, write).join(',');
  switch (kind) {
    case 0:
      return random.pick(['null', 'true', 'false']);
    case 1:
      return random.pick([
        '0',
        '-0',
        '1',
        '-1',
        '6',
        '10',
        '0.5',
        '1e400',
        '-1e400',
        '9007199254740993',
        '4294967296',
        '1e-400',
      ]);
    case 2:
      return `"${random.pick(['\\ud800', '\\u0000', '\\udfff\\ud800', 'a\\nb', '\u{1f600}', '\u202e', 'x'.repeat(5000)])}"`;
    case 3:
    case 4:
    case 5:
      return JSON.stringify(random.chance(0.5) ? random.pick(KNOWN_NAMES) : random.pick(ODD_TEXTS));
    case 6:
      return `[${many(() => valueText(random, depth + 1))}]`;
    default:
      return `{${many(() => field(random, depth + 1))}}`;
  }
}
