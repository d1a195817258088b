import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchContext } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { type Figure, measured, tidy } from '../harness/figure.ts';
import { sampleFile } from '../harness/samples.ts';
import { redisSgd } from './redis-sgd.ts';
import type { SgdAnswer, SgdOrder } from './sgd-process.ts';

const run = promisify(execFile);
const CHILD = new URL('sgd-process.ts', import.meta.url);
const BUILD = join(import.meta.dirname, '../../build/bench');
const MODULES = join(dirname(dirname(sampleFile('hello'))), 'sgd');

const EXAMPLES = 50_000;
const EPOCHS = 20;
const ROUNDS = 3;
/** Times each side is measured, in turn. */
const TURNS = 2;
/** Weights of zeros have a loss of 1: with a greater one than this, times mean nothing. */
const LOSS_MAX = 0.8;

/** HOGWILD: updates per second beside native threads and beside Node processes that share weights through Redis. */
export async function sgdCases({ report, progress }: BenchContext, bench: string): Promise<void> {
  const program = await buildNative();
  const setDir = join(BUILD, `sgd-set-${process.pid}`);
  await mkdir(setDir, { recursive: true });
  try {
    const redis = await run('redis-server', ['--version']).then(...[() => true, () => false]);
    if (!redis) progress('there is no redis-server: the processes with ioredis are left out');
    for (const workers of new Set([1, availableParallelism()])) {
      const ours: SgdAnswer[] = [];
      const native: NativeAnswer[] = [];
      for (let turn = 0; turn < TURNS; turn += 1) {
        const order: SgdOrder = {
          modules: MODULES,
          examples: EXAMPLES,
          workers,
          epochs: EPOCHS,
          rounds: ROUNDS,
          setDir,
        };
        ours.push(await runChild<SgdAnswer>(CHILD, order));
        native.push(await runNative(program, workers));
      }
      const losses = [...ours, ...native].map(({ loss }) => loss);
      const rival = redis ? await redisSgd(setDir, { workers, epochs: EPOCHS, rounds: ROUNDS }) : undefined;
      for (const loss of [...losses, ...(rival === undefined ? [] : [rival.loss])]) {
        if (!(loss < LOSS_MAX)) throw new Error(`The training with ${workers} workers ended with a loss of ${loss}.`);
      }
      const base = { bench, case: `sgd-${workers}` };
      const note = `loss ${losses.map((loss) => loss.toFixed(4)).join(' ')}`;
      const speed = perSecond(ours.flatMap(({ ms }) => ms));
      report({
        ...base,
        metric: 'updatesPerSecond',
        unit: '1/s',
        ...speed,
        ...beside('native threads', speed, native),
        note,
      });
      if (rival === undefined) continue;
      const rivalNote = { rival: 'Node processes and Redis', note: `their loss ${rival.loss.toFixed(4)}` };
      const time = measured(ours.flatMap(({ ms }) => ms));
      const rivalTime = measured(rival.ms).value;
      report({ ...base, metric: 'time', unit: 'ms', ...time, ...rivalNote, ...compared(time.value, rivalTime) });
      const memory = measured(ours.map(({ memoryBytes }) => memoryBytes / 1e6));
      const rivalMemory = rival.memoryBytes / 1e6;
      report({
        ...base,
        metric: 'memory',
        unit: 'MB',
        ...memory,
        ...rivalNote,
        ...compared(memory.value, rivalMemory),
      });
      // Workers on one host meet in memory: nothing is sent until somebody pushes.
      report({
        ...{ ...base, metric: 'bytesSent', unit: 'MB', value: 0, ...rivalNote },
        ...compared(0, (rival.exchangedBytes + rival.loadedBytes) / 1e6),
        note: `theirs: data ${mb(rival.loadedBytes)}, weights ${mb(rival.exchangedBytes)}`,
      });
    }
  } finally {
    await rm(setDir, { recursive: true, force: true });
  }
}

type NativeAnswer = Pick<SgdAnswer, 'ms' | 'loss'>;

/** Compiles the native rival with the C compiler of this machine. */
async function buildNative(): Promise<string> {
  const program = join(BUILD, 'native-sgd');
  await mkdir(BUILD, { recursive: true });
  const source = join(import.meta.dirname, 'native-sgd.c');
  await run('gcc', ['-O2', '-pthread', '-o', program, source, '-lm']);
  return program;
}

async function runNative(program: string, threads: number): Promise<NativeAnswer> {
  const { stdout } = await run(program, [EXAMPLES, threads, EPOCHS, ROUNDS].map(String));
  return JSON.parse(stdout);
}

function perSecond(ms: readonly number[]): ReturnType<typeof measured> {
  return measured(ms.map((each) => (EXAMPLES * EPOCHS * 1000) / each));
}

function beside(rival: string, ours: { readonly value: number }, theirs: readonly NativeAnswer[]): Partial<Figure> {
  return { rival, ...compared(ours.value, perSecond(theirs.flatMap(({ ms }) => ms)).value) };
}

function compared(ours: number, theirs: number): Pick<Figure, 'rivalValue' | 'ratio'> {
  return { rivalValue: tidy(theirs), ratio: tidy(ours / theirs) };
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
