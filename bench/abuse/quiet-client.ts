// Child of the abuse bench: the tenants that behave. Each makes one call after the other and looks at the answer.
import { childInput } from '../harness/child.ts';
import type { Tenant } from './host.ts';
import { type Answer, type Send, sender } from './http.ts';

/** What the child is asked. */
export interface QuietOrder {
  readonly port: number;
  readonly tenants: readonly Tenant[];
  readonly seconds: number;
}

/** Latencies in ms by kind of call, and what went wrong. */
export interface QuietAnswer {
  readonly latencies: Readonly<Record<string, readonly number[]>>;
  readonly failures: readonly string[];
}

/** Mean pause of a tenant between two calls. */
const PAUSE_MS = 150;
const ECHO_BYTES = 10_000;
const FAILURES_SHOWN = 20;

/** A kind of call: the answer must be `expected`. */
interface Kind {
  readonly name: string;
  readonly expected: string;
  run(send: Send, user: string): Promise<Answer>;
}

const invoke =
  (name: string, body: string): Kind['run'] =>
  (send, user) =>
    send('POST', `/v1/invoke/${user}/${name}`, { body });
const text = 'the quick brown fox '.repeat(ECHO_BYTES / 20);

const KINDS: readonly Kind[] = [
  { name: 'hello', expected: 'Hello Faasm!', run: invoke('hello', '') },
  { name: 'echo', expected: text, run: invoke('echo', text) },
  { name: 'sleep', expected: 'Slept 20 ms', run: invoke('sleep', '20') },
  { name: 'compute', expected: 'Fibonacci 20 = 6765', run: invoke('fibonacci', '20') },
  { name: 'long', expected: 'Fibonacci 30 = 832040', run: invoke('fibonacci30', '30') },
  { name: 'region', expected: '0 lines, 2000 words, 10000 bytes, 4 distinct words', run: invoke('word_count', 'text') },
  { name: 'state', expected: text, run: (send, user) => send('GET', `/v1/state/${user}/text`) },
];

const { port, tenants, seconds } = childInput<QuietOrder>();
const latencies: Record<string, number[]> = Object.fromEntries(KINDS.map(({ name }) => [name, []]));
const failures: string[] = [];
const end = performance.now() + seconds * 1000;

async function live({ user, token }: Tenant): Promise<void> {
  const send = sender(port, token);
  const put = await send('PUT', `/v1/state/${user}/text`, { body: text });
  if (put.status !== 200) failures.push(`${user} state: ${put.status} ${put.code}`);
  while (performance.now() < end) {
    await new Promise((done) => setTimeout(done, Math.random() * 2 * PAUSE_MS));
    const kind = KINDS[Math.floor(Math.random() * KINDS.length)] as Kind;
    const start = performance.now();
    try {
      const { status, code, body } = await kind.run(send, user);
      latencies[kind.name]?.push(performance.now() - start);
      if (status === 200 && body.toString() === kind.expected) continue;
      failures.push(`${user} ${kind.name}: ${status} ${code} ${body.toString().slice(0, 200)}`);
    } catch (error) {
      failures.push(`${user} ${kind.name}: ${String(error)}`);
    }
  }
}

await Promise.all(tenants.map(live));
const answer: QuietAnswer = { latencies, failures };
for (const failure of failures.slice(0, FAILURES_SHOWN)) console.error(`quiet: ${failure}`);
// All of it, before connections that are kept open are let go.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
