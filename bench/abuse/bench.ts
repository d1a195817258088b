import { readFile } from 'node:fs/promises';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { type Figure, tidy } from '../harness/figure.ts';
import { prepareSamples, sampleFile } from '../harness/samples.ts';
import { percentile } from '../harness/statistics.ts';
import { hostileFunctions } from './attacks/guests.ts';
import { type AbusedHost, type Holding, holdingOf, startAbusedHost, type Tenant } from './host.ts';
import type { HostileAnswer, HostileOrder } from './hostile-client.ts';
import { sender } from './http.ts';
import type { QuietAnswer, QuietOrder } from './quiet-client.ts';

const NAME = 'abuse';
const SECONDS = 600;
const QUIET_TENANTS = 15;
const HOSTILE_TENANTS = 5;
/** The quiet figure takes this share of the time, within bounds. */
const QUIET_SHARE = 0.2;
const QUIET_SECONDS = { min: 5, max: 60 };
const LOOK_MS = 2000;
const TARGET_RATIO = 3;
const CHILD_MARGIN_MS = 60_000;
/** Samples that quiet tenants call, by the names of their functions. */
const FUNCTIONS = {
  hello: 'hello',
  echo: 'echo',
  sleep: 'sleep',
  fibonacci: 'fibonacci',
  fibonacci30: 'fibonacci',
  word_count: 'word_count',
};

/** Tenants that behave beside tenants that do not, on a real host. */
export const abuse: Bench = {
  name: NAME,
  summary: '15 tenants that behave beside 5 hostile ones: failures, p99 against the quiet figure, memory, mappings',
  async run(context) {
    await prepareSamples(context.progress);
    const host = await startAbusedHost();
    try {
      await measure(host, context);
    } finally {
      await host.stop();
    }
  },
};

async function measure(host: AbusedHost, context: BenchContext): Promise<void> {
  const { report, progress, seconds = SECONDS } = context;
  const quiet = await tenants(host, 'quiet', QUIET_TENANTS, await quietFunctions());
  const hostile = await tenants(host, 'hostile', HOSTILE_TENANTS, await hostileFunctions());
  const quietSeconds = Math.min(QUIET_SECONDS.max, Math.max(QUIET_SECONDS.min, seconds * QUIET_SHARE));
  // The first calls of everybody are cold; they are no part of the quiet figure.
  await live(host, quiet, QUIET_SECONDS.min);
  const alone = await live(host, quiet, quietSeconds);
  progress(`alone: ${count(alone)} calls, ${alone.failures.length} failures`);

  const { id: identity } = await hostFacts(host);
  const holdings: Holding[] = [];
  const began = performance.now();
  const look = setInterval(async () => {
    const { budgetBytes } = await hostFacts(host);
    holdings.push({ ...holdingOf(host.pid, performance.now() - began), budgetBytes });
  }, LOOK_MS);
  const order: HostileOrder = { port: host.port, tenants: hostile, victims: quiet.map(({ user }) => user), seconds };
  const [beside, attacks] = await Promise.all([
    live(host, quiet, seconds),
    runChild<HostileAnswer>(new URL('hostile-client.ts', import.meta.url), order, {
      timeoutMs: seconds * 1000 + CHILD_MARGIN_MS,
    }),
  ]).finally(() => clearInterval(look));
  const base = { bench: NAME };
  progress(`beside hostile ones: ${count(beside)} calls, ${beside.failures.length} failures`);
  progress(`attacks: ${JSON.stringify(attacks.attacks)}`);
  progress(`how they ended: ${JSON.stringify(attacks.endings)}`);
  for (const breach of attacks.breaches.slice(0, 10)) progress(`BREACH ${breach}`);

  reportLatencies(report, alone, beside);
  const total = Object.values(attacks.attacks).reduce((sum, one) => sum + one, 0);
  report({ ...base, case: 'hostile', metric: 'attacks', value: total, unit: '' });
  report({ ...base, case: 'hostile', metric: 'breaches', value: attacks.breaches.length, unit: '', target: 0 });
  reportHoldings(report, holdings);
  const restarts = identity === (await hostFacts(host)).id ? 0 : 1;
  report({ ...base, case: 'host', metric: 'restarts', value: restarts, unit: '', target: 0 });
  if (beside.failures.length + attacks.breaches.length + restarts > 0)
    throw new Error('The host did not stand the abuse.');
}

function live(host: AbusedHost, quiet: readonly Tenant[], seconds: number): Promise<QuietAnswer> {
  const order: QuietOrder = { port: host.port, tenants: quiet, seconds };
  const timeoutMs = seconds * 1000 + CHILD_MARGIN_MS;
  return runChild<QuietAnswer>(new URL('quiet-client.ts', import.meta.url), order, { timeoutMs });
}

async function quietFunctions(): Promise<ReadonlyMap<string, Uint8Array>> {
  const functions = new Map<string, Uint8Array>();
  for (const [name, sample] of Object.entries(FUNCTIONS)) functions.set(name, await readFile(sampleFile(sample)));
  return functions;
}

async function tenants(
  host: AbusedHost,
  kind: string,
  howMany: number,
  functions: ReadonlyMap<string, Uint8Array>,
): Promise<readonly Tenant[]> {
  const made: Tenant[] = [];
  for (let index = 1; index <= howMany; index += 1) {
    const tenant = await host.addTenant(`${kind}${index}`);
    const send = sender(host.port, tenant.token);
    for (const [name, body] of functions) {
      const { status, body: answer } = await send('PUT', `/v1/functions/${tenant.user}/${name}`, { body });
      if (status >= 300) throw new Error(`Upload of ${tenant.user}/${name}: ${status} ${answer.toString()}`);
    }
    made.push(tenant);
  }
  return made;
}

/** The host's own name of this run of it, and how much of its budget is in use. */
async function hostFacts(host: AbusedHost): Promise<{ readonly id: string; readonly budgetBytes: number }> {
  const { body } = await host.admin('GET', '/v1/host');
  const facts = JSON.parse(body.toString()) as { host: string; budgets: { memoryBytes: { used: number } } };
  return { id: facts.host, budgetBytes: facts.budgets.memoryBytes.used };
}

function count({ latencies }: QuietAnswer): number {
  return Object.values(latencies).reduce((sum, { length }) => sum + length, 0);
}

function reportLatencies(report: BenchContext['report'], alone: QuietAnswer, beside: QuietAnswer): void {
  const all = (answer: QuietAnswer): readonly number[] => Object.values(answer.latencies).flat();
  const rows: [string, readonly number[], readonly number[]][] = [['all', all(alone), all(beside)]];
  for (const [kind, times] of Object.entries(beside.latencies)) rows.push([kind, alone.latencies[kind] ?? [], times]);
  for (const [kind, quiet, abused] of rows) {
    for (const percent of [50, 99]) {
      const [before, value] = [percentile(quiet, percent), percentile(abused, percent)];
      const target = percent === 99 && kind === 'all' ? { target: TARGET_RATIO } : {};
      report({
        ...{
          bench: NAME,
          case: kind,
          metric: `latencyP${percent}`,
          value: tidy(value),
          unit: 'ms',
          samples: abused.length,
        },
        ...{ rival: 'quiet', rivalValue: tidy(before), ratio: tidy(value / before), ...target },
      });
    }
  }
  const failures = beside.failures.length;
  const note = failures === 0 ? {} : { note: beside.failures[0] ?? '' };
  report({
    bench: NAME,
    case: 'all',
    metric: 'failures',
    value: failures,
    unit: '',
    samples: count(beside),
    target: 0,
    ...note,
  });
}

/** What is held in the second fifth of the time, when everything has been warm for long, and in the last. */
function reportHoldings(report: BenchContext['report'], holdings: readonly Holding[]): void {
  const fifth = Math.max(1, Math.floor(holdings.length / 5));
  const early = holdings.slice(fifth, 2 * fifth);
  const late = holdings.slice(-fifth);
  const figures: readonly (readonly [string, string, (one: Holding) => number])[] = [
    ['rss', 'MiB', ({ rssBytes }) => rssBytes / 2 ** 20],
    ['budgetUsed', 'MiB', ({ budgetBytes }) => budgetBytes / 2 ** 20],
    ['mappings', '', ({ mappings }) => mappings],
    ['descriptors', '', ({ descriptors }) => descriptors],
  ];
  for (const [metric, unit, of] of figures) {
    const [before, value] = [early, late].map((some) => percentile(some.map(of), 50)) as [number, number];
    const figure: Figure = {
      ...{ bench: NAME, case: 'host', metric, value: tidy(value), unit, samples: holdings.length },
      ...{ rival: 'early', rivalValue: tidy(before), ratio: tidy(value / before) },
    };
    report(figure);
  }
}
