import { expect } from '@jest/globals';
import type { GlobalState } from '../../src/core/global-state.ts';
import { SHELL_KEYS, type ShellStep, STATE_SHELL, shellScript } from './guests/state-shell.ts';
import { ending, outputWords, randomNumbers, request, type TestRuntime } from './runtime.ts';
import { wat } from './wat.ts';

const { key } = SHELL_KEYS;
const WORKERS = 6;
const CALLS = 25;
/** Several pages, the last of them no whole one. */
const WORDS = 3 * 1024 + 30;
const SIZE = WORDS * 4;
/** The first word counts, under the global lock; word i > 0 is worker i % WORKERS's own, so that all share all pages. */
const COUNTER = 0;

/** A step, and what it puts. */
interface Planned {
  readonly steps: readonly ShellStep[];
  readonly puts: readonly number[];
}

/**
 * Several Faaslets on two hosts read, write, push, pull and lock one value at the same time, as `seed` has it. Each has
 * words of its own, which must be to it as if it were alone, whatever the others do. `global`: the tier of both hosts.
 */
export async function interleave(
  hosts: readonly [TestRuntime, TestRuntime],
  global: GlobalState,
  seed: number,
): Promise<void> {
  // Pointers lead to copies of the call's own there: what is not pushed is lost with it.
  const copies = hosts[0].info().layer === 'portable';
  const user = `seed${seed}`;
  const shell = await wat(STATE_SHELL);
  for (const host of hosts) await host.upload({ user, function: 'shell' }, shell);
  await hosts[0].state.set(user, key, new Uint8Array(SIZE));
  const expected = new Uint32Array(WORDS);
  let counted = 0;

  const run = async (host: TestRuntime, { steps, puts }: Planned): Promise<void> => {
    const result = await host.invoke(request('shell', [], { user, input: shellScript(steps) }));
    expect([ending(result), result.error?.message]).toEqual(['success', undefined]);
    expect({ steps, words: await outputWords(result) }).toEqual({ steps, words: puts });
  };
  const worker = async (own: number): Promise<void> => {
    const random = randomNumbers(seed * 7919 + own * 104_729);
    const host = hosts[own % 2] as TestRuntime;
    for (let call = 0; call < CALLS; call += 1) {
      const plans = Array.from({ length: 1 + random(4) }, () => plan(own, expected, random, copies));
      if (random(5) === 0) {
        plans.push(COUNTED);
        counted += 1;
      }
      await run(host, {
        steps: plans.flatMap(({ steps }) => steps),
        puts: plans.flatMap(({ puts }) => puts),
      });
      if (random(4) === 0) await changeFromOutside(host, user, own, expected, random);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, own) => worker(own)));

  expected[COUNTER] = counted;
  const bytes = new Uint8Array(expected.buffer);
  for (const host of hosts) await run(host, { steps: [['pointer', SIZE], ['push']], puts: [] });
  expect(Buffer.compare((await global.read(user, key, 0, SIZE))?.bytes ?? new Uint8Array(), bytes)).toBe(0);
  const samples = [0, 1, 1023, 1024, WORDS - 1];
  const puts = samples.map((word) => expected[word] ?? 0);
  for (const host of hosts) {
    await run(host, { steps: [['pull', SIZE], ...samples.map((word): ShellStep => ['read', SIZE, word * 4])], puts });
  }
}

/** Adds one to the counter: exact, because nobody else has the lock. */
const COUNTED: Planned = {
  steps: [
    ['lockGlobal'],
    ['lockRead'],
    ['pull', SIZE],
    ['unlockRead'],
    ['pointer', SIZE],
    ['atomicAdd', COUNTER, 1],
    ['push'],
    ['unlockGlobal'],
  ],
  puts: [],
};

/** Something to be done with a word of the worker's own, of which `expected` says afterwards what it is. */
function plan(own: number, expected: Uint32Array, random: (limit: number) => number, copies: boolean): Planned {
  const word = ownWord(own, random);
  const offset = word * 4;
  const before = expected[word] ?? 0;
  const value = 1 + random(2 ** 31);
  const becomes = (steps: readonly ShellStep[], now = value, puts: readonly number[] = []): Planned => {
    expected[word] = now;
    return { steps, puts };
  };
  const kept: readonly ShellStep[] = copies ? [['push']] : [];
  switch (random(11)) {
    case 0:
      return becomes([['pointer', SIZE], ['store', offset, value], ...kept]);
    case 1:
      // The pointer is to this part of the value.
      return becomes([['offsetPointer', SIZE, offset, 4], ['store', 0, value], ...kept]);
    case 2:
      return becomes([['write', SIZE, offset, value]]);
    case 3:
      // What has not been declared yet may be undone by a pull: a lock keeps them apart.
      return becomes([
        ['lockWrite'],
        ['pointer', SIZE],
        ['store', offset, value],
        ['declare', SIZE, offset, 4],
        ['unlockWrite'],
      ]);
    case 4:
      // Sums and comparisons are of what has been pushed.
      return becomes([['write', SIZE, offset, value], ['push'], ['add', offset, 5, 4]], (value + 5) >>> 0, [
        (value + 5) >>> 0,
      ]);
    case 5:
      return becomes([['write', SIZE, offset, before], ['push'], ['compareAndSet', offset, before, value]], value, [1]);
    case 6:
      return { steps: [['pointer', SIZE], ['push']], puts: [] };
    case 7:
      return { steps: [['lockRead'], ['pull', SIZE], ['unlockRead']], puts: [] };
    case 8:
      return { steps: [['lockRead'], ['pointer', SIZE], ['pushPartial'], ['unlockRead']], puts: [] };
    case 9:
      return { steps: [['offsetPointer', SIZE, offset, 4], ['load', 0], ['size']], puts: [before, SIZE] };
    default:
      return { steps: [['read', SIZE, offset]], puts: [before] };
  }
}

/** What clients do over HTTP meanwhile. */
async function changeFromOutside(
  host: TestRuntime,
  user: string,
  own: number,
  expected: Uint32Array,
  random: (limit: number) => number,
): Promise<void> {
  const word = ownWord(own, random);
  const value = random(2 ** 31);
  await host.state.setRange(user, key, { offset: word * 4, bytes: new Uint8Array(Uint32Array.of(value).buffer) });
  expected[word] = value;
}

function ownWord(own: number, random: (limit: number) => number): number {
  // Few of them, so that most are written to more than once; on all pages.
  const count = Math.floor((WORDS - 1) / WORKERS);
  const index = random(3) === 0 ? random(count) : random(8) * Math.floor(count / 8);
  return 1 + index * WORKERS + own;
}
