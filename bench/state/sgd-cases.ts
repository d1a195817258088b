import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { startRedis } from '../../test/support/redis-server.ts';
import { runChild } from '../harness/child.ts';
import { type Figure, measured, type ReportFigure, tidy } from '../harness/figure.ts';
import { sampleFile } from '../harness/samples.ts';
import { buildNativeSgd, type NativeAnswer, nativeSgd } from './native-sgd.ts';
import { redisSgd } from './redis-sgd.ts';
import type { SgdAnswer, SgdOrder } from './sgd-process.ts';

const CHILD = new URL('sgd-process.ts', import.meta.url);
const MODULES = join(dirname(dirname(sampleFile('hello'))), 'sgd');

const EXAMPLES = 50_000;
const EPOCHS = 20;
const ROUNDS = 3;
/** Times each side is measured, in turn. */
const TURNS = 3;
/** Losses that differ by more are not of the same work. Those of zeros are 1. */
const LOSS_TOLERANCE = 0.05;
const LOSS_MAX = 0.8;

/** What each side took, turn by turn. */
interface Sides {
  readonly ours: readonly SgdAnswer[];
  readonly native: readonly NativeAnswer[];
  readonly processes: readonly SgdAnswer[];
}

/** HOGWILD beside native threads, and beside Node processes that share weights through Redis: time, bytes, memory. */
export async function sgdCases(report: ReportFigure, bench: string): Promise<void> {
  await buildNativeSgd();
  const cores = availableParallelism();
  for (const workers of new Set([1, cores])) {
    const sides = await train(workers);
    checkLosses(sides);
    reportSides(report, { bench, case: workers === cores ? 'sgd' : `sgd-${workers}` }, sides);
  }
}

async function train(workers: number): Promise<Sides> {
  const redis = await startRedis();
  try {
    const { url } = redis;
    const order: SgdOrder = { modules: MODULES, url, workers, epochs: EPOCHS, rounds: ROUNDS };
    await runChild(CHILD, { ...order, generate: EXAMPLES } satisfies SgdOrder);
    const sides = { ours: [] as SgdAnswer[], native: [] as NativeAnswer[], processes: [] as SgdAnswer[] };
    for (let turn = 0; turn < TURNS; turn += 1) {
      sides.ours.push(await runChild<SgdAnswer>(CHILD, order));
      sides.native.push(await nativeSgd({ ...order, examples: EXAMPLES }));
      sides.processes.push(await redisSgd(url, order));
    }
    return sides;
  } finally {
    await redis.remove();
  }
}

function checkLosses({ ours, native, processes }: Sides): void {
  const losses = [...ours, ...native, ...processes].map(({ loss }) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  if (high < LOSS_MAX && high / low < 1 + LOSS_TOLERANCE) return;
  throw new Error(`The trainings ended with losses of ${losses.join(', ')}: their times cannot be compared.`);
}

function reportSides(report: ReportFigure, base: Pick<Figure, 'bench' | 'case'>, sides: Sides): void {
  const { ours, native, processes } = sides;
  const updates = (side: readonly NativeAnswer[]) =>
    measured(side.flatMap(({ ms }) => ms).map((ms) => (EXAMPLES * EPOCHS * 1000) / ms));
  const losses = (side: readonly NativeAnswer[]): string => side.map(({ loss }) => loss.toFixed(4)).join(' ');
  const speed = updates(ours);
  report({
    ...{ ...base, metric: 'updatesPerSecond', unit: '1/s', ...speed },
    ...compared('native threads', speed, updates(native)),
    note: `losses ${losses(ours)}, theirs ${losses(native)}`,
  });
  const axis = (metric: string, unit: string, note: string, values: (side: readonly SgdAnswer[]) => number[]): void => {
    const value = measured(values(ours));
    const rest = compared('Node processes and Redis', value, measured(values(processes)));
    report({ ...base, metric, unit, ...value, ...rest, note });
  };
  axis('time', 'ms', `a training; their losses ${losses(processes)}`, (side) => side.flatMap(({ ms }) => ms));
  const sent = (side: readonly SgdAnswer[]): string =>
    `data ${mb(side[0]?.loadedBytes)} and weights ${mb(side[0]?.exchangedBytes)}`;
  axis('bytes', 'MB', `${sent(ours)}; theirs ${sent(processes)}`, (side) =>
    side.map(({ loadedBytes, exchangedBytes }) => (loadedBytes + exchangedBytes) / 1e6),
  );
  axis('memory', 'MB', 'PSS, that of Redis included', (side) => side.map(({ memoryBytes }) => memoryBytes / 1e6));
}

function compared(rival: string, ours: { readonly value: number }, theirs: { readonly value: number }) {
  return { rival, rivalValue: theirs.value, ratio: tidy(ours.value / theirs.value) };
}

function mb(bytes = Number.NaN): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
