import { type Attack, atOnce, victim } from './attacker.ts';
import { hostileFunctions } from './guests.ts';

const STATE_KEYS = 300;
const MIB = 1024 * 1024;
const functions = await hostileFunctions();

/** Names that lead elsewhere where paths are put together carelessly. */
const ELSEWHERE = [
  '..',
  '%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '.%2e/.%2e',
  '%c0%ae%c0%ae',
  '....//',
  '~root',
] as const;

/** What hostile requests do. */
export const REQUEST_ATTACKS: Readonly<Record<string, Attack>> = {
  async 'state keys'({ user, send, random }) {
    const value = new Uint8Array(random(2000));
    await atOnce(STATE_KEYS, () => send('PUT', `/v1/state/${user}/key${random(1_000_000)}`, { body: value }));
  },

  async 'large state'({ user, send, random }) {
    await send('PUT', `/v1/state/${user}/large${random(20)}`, { body: new Uint8Array(MIB * (1 + random(20))) });
  },

  async 'random upload'({ user, send, random }) {
    const bytes = Uint8Array.from({ length: 1 + random(5000) }, () => random(256));
    bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].slice(0, bytes.length));
    await send('PUT', `/v1/functions/${user}/broken`, { body: bytes });
  },

  async 'broken upload'({ user, send, random }) {
    const names = [...functions.keys()];
    const bytes = functions.get(names[random(names.length)] ?? '')?.slice() ?? new Uint8Array(0);
    for (let left = 1 + random(4); left > 0; left -= 1) bytes[random(bytes.length)] = random(256);
    await send('PUT', `/v1/functions/${user}/broken`, { body: bytes.subarray(0, 1 + random(bytes.length)) });
  },

  async 'too large an upload'({ user, send }) {
    await send('PUT', `/v1/functions/${user}/large`, { body: new Uint8Array(9 * MIB) });
  },

  /** A function that nobody knows anything of, again and again. */
  async 'new functions'({ user, send, random }) {
    const name = `new${random(100)}`;
    const body = functions.get('runaway') ?? '';
    await send('PUT', `/v1/functions/${user}/${name}`, { body });
    await atOnce(4, () => send('POST', `/v1/invoke/${user}/${name}`, { body: new Uint8Array(64) }));
    if (random(2) === 0) await send('DELETE', `/v1/functions/${user}/${name}`);
  },

  async 'higher limits'({ user, send, random, breach }) {
    const limits = [{ timeoutMs: 60_000 }, { memoryBytes: 2 ** 32 }, { cpuMs: 100_000 }, { outputBytes: 2 ** 39 }];
    const body = JSON.stringify({ limits: limits[random(limits.length)] });
    const { status } = await send('PATCH', `/v1/functions/${user}/runaway`, { body });
    if (status === 200) breach(`limits beyond the host's were taken: ${body}`);
  },

  async 'the same function over and over'({ user, send, random }) {
    const body = JSON.stringify({ environment: { N: String(random(1000)) } });
    await send('PATCH', `/v1/functions/${user}/runaway`, { body });
  },

  async 'what is of others'(attacker) {
    const { send, random, breach } = attacker;
    const other = victim(attacker);
    const tries = [
      ['GET', `/v1/state/${other}/text`],
      ['PUT', `/v1/state/${other}/text`],
      ['DELETE', `/v1/state/${other}/text`],
      ['GET', `/v1/functions/${other}/hello/wasm`],
      ['PUT', `/v1/functions/${other}/hello`],
      ['DELETE', `/v1/functions/${other}/hello`],
      ['POST', `/v1/invoke/${other}/hello`],
      ['GET', `/v1/files/${other}`],
      ['GET', '/v1/host'],
      ['POST', '/v1/flush'],
      ['POST', '/v1/tokens'],
    ] as const;
    const [method, path] = tries[random(tries.length)] ?? tries[0];
    const { status } = await send(method, path, method === 'PUT' || method === 'POST' ? { body: '{}' } : {});
    if (status >= 200 && status < 300) breach(`${method} ${path} answered ${status}`);
  },

  async 'paths that lead elsewhere'({ user, send, random, breach }) {
    const part = ELSEWHERE[random(ELSEWHERE.length)] ?? '';
    const paths = [
      `/v1/files/${user}/${part}/x`,
      `/v1/state/${part}/${user}`,
      `/v1/functions/${part}/f`,
      `/f/${user}/${part}`,
    ];
    const path = paths[random(paths.length)] ?? '';
    const { status, body } = await send('GET', path);
    if (status === 200 && body.includes('root:')) breach(`GET ${path} answered a file of the host`);
  },

  async 'JSON that is none'({ send, random }) {
    const bodies = ['{', '[]', 'null', `${'['.repeat(30_000)}`, '{"user":{}}', '{"user":"a","function":1}', '\xff\xfe'];
    await send('POST', '/', { body: bodies[random(bodies.length)] ?? '' });
  },
};
