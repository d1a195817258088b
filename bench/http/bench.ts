import { createServer } from 'node:net';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { cpuSeconds } from '../harness/cpu-time.ts';
import { measured, tidy } from '../harness/figure.ts';
import { prepareSamples } from '../harness/samples.ts';
import type { Server } from '../harness/server.ts';
import { startExtism } from './extism-server.ts';
import { startFaasm } from './faasm-server.ts';
import type { LoadAnswer, LoadOrder } from './load-client.ts';
import { installRivals, VERSIONS } from './rivals.ts';
import { startWorkerd } from './workerd-server.ts';

const NAME = 'http';
const CLIENT = new URL('load-client.ts', import.meta.url);
const BODY = JSON.stringify({ user: 'demo', function: 'hello' });
const CONNECTIONS = [16, 64];
const ROUNDS = 5;
const ROUND_SECONDS = 2;
const WARM_UP_SECONDS = 4;
/** Times as many requests per CPU second as workerd. */
const TARGET_RATIO = 2;

interface Contestant {
  readonly name: 'extism' | 'faasm' | 'workerd' | 'workerd-least';
  readonly server: Server & { readonly port: number };
  /** By connections: one entry a round. */
  readonly perCpuSecond: Map<number, number[]>;
  readonly p50: Map<number, number[]>;
  readonly p99: Map<number, number[]>;
}

/** Hello over HTTP with a clean Faaslet for every request, beside workerd and Extism with a fresh instance for each. */
export const http: Bench = {
  name: NAME,
  summary: 'hello over HTTP: requests per CPU second beside workerd and Extism, a clean instance per request',
  async run(context) {
    await prepareSamples(context.progress);
    await installRivals(context.progress);
    const contestants: Contestant[] = [];
    try {
      contestants.push(contestant('faasm', await startFaasm(['hello'])));
      contestants.push(contestant('workerd', await startWorkerd(await freePort(), 'same')));
      contestants.push(contestant('workerd-least', await startWorkerd(await freePort(), 'least')));
      contestants.push(contestant('extism', await startExtism()));
      for (const one of contestants) await load(one, 64, WARM_UP_SECONDS);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const connections of CONNECTIONS) {
          // Side by side in time: what else the machine does meets all of them alike.
          for (const one of contestants) await measure(one, connections, context);
        }
      }
      reportAll(contestants, context);
    } finally {
      await Promise.all(contestants.map(({ server }) => server.stop()));
    }
  },
};

function contestant(name: Contestant['name'], server: Contestant['server']): Contestant {
  return { name, server, perCpuSecond: new Map(), p50: new Map(), p99: new Map() };
}

function load({ server: { port } }: Contestant, connections: number, seconds: number): Promise<LoadAnswer> {
  const order: LoadOrder = { port, connections, seconds, body: BODY, answer: 'Hello Faasm!' };
  return runChild<LoadAnswer>(CLIENT, order);
}

async function measure(one: Contestant, connections: number, { progress }: BenchContext): Promise<void> {
  const before = cpuSeconds(one.server.pid);
  const answer = await load(one, connections, ROUND_SECONDS);
  const cpu = cpuSeconds(one.server.pid) - before;
  const perCpuSecond = answer.requests / cpu;
  const add = (map: Map<number, number[]>, value: number): unknown =>
    map.set(connections, [...(map.get(connections) ?? []), value]);
  add(one.perCpuSecond, perCpuSecond);
  add(one.p50, answer.p50);
  add(one.p99, answer.p99);
  const rate = (answer.requests / answer.seconds).toFixed(0);
  progress(`${one.name} c${connections}: ${perCpuSecond.toFixed(0)} requests per CPU second, ${rate} per second`);
}

function reportAll(contestants: readonly Contestant[], { report }: BenchContext): void {
  const [ours, ...rivals] = contestants as [Contestant, ...Contestant[]];
  for (const connections of CONNECTIONS) {
    const base = { bench: NAME, case: `hello-c${connections}` };
    const values = (map: Map<number, number[]>): number[] => map.get(connections) ?? [];
    const own = measured(values(ours.perCpuSecond));
    for (const rival of rivals) {
      const theirs = measured(values(rival.perCpuSecond));
      const target = rival.name === 'workerd' ? { target: TARGET_RATIO } : {};
      const note = `${rival.name} ${VERSIONS[rival.name === 'extism' ? 'extism' : 'workerd']}: ${theirs.value} (${theirs.min}..${theirs.max})`;
      const ratio = tidy(own.value / theirs.value);
      const figure = { ...base, metric: 'requestsPerCpuSecond', ...own, unit: 'requests/CPU-s', rival: rival.name };
      report({ ...figure, ratio, rivalValue: theirs.value, ...target, note });
    }
    for (const { name, p50, p99 } of contestants) {
      const suffix = name === 'faasm' ? '' : `-${name}`;
      report({ ...base, metric: `latencyP50${suffix}`, ...measured(values(p50)), unit: 'ms' });
      report({ ...base, metric: `latencyP99${suffix}`, ...measured(values(p99)), unit: 'ms' });
    }
  }
}

/** A port that is free now; workerd cannot say which one it took. */
function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
