import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { hostImports, INPUT, SLEEP } from '../support/guests/host-imports.ts';
import { ending, invoke, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

const BURN = '(module (func (export "main") (loop $ever (br $ever))))';
const SLEEPER = `(module ${hostImports('read_input', 'poll_oneoff')} (memory 1) ${INPUT} ${SLEEP}
  (func (export "main") (call $sleep (call $input (i32.const 0)))))`;
const SLEEP_MS = 50;
const SLEEPERS = 20;
const ROUNDS = 20;

let runtime: TestRuntime;

beforeAll(async () => {
  runtime = await startRuntime();
  await runtime.upload({ user: 'demo', function: 'burn' }, await wat(BURN));
  await runtime.upload({ user: 'demo', function: 'sleeper' }, await wat(SLEEPER));
  await invoke(runtime, 'sleeper', [1]);
});

afterAll(() => stopRuntime(runtime));

it('calls that sleep come back while CPU-bound ones run on every core', async () => {
  const burners = await Promise.all(
    Array.from({ length: availableParallelism() }, () => runtime.start(request('burn', [], { timeoutMs: 200_000 }))),
  );
  await until(() => burners.every(({ id }) => runtime.status(id).state === 'running'));
  const took: number[] = [];
  const sleeper = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now();
      expect(ending(await invoke(runtime, 'sleeper', [SLEEP_MS]))).toBe('success');
      took.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: SLEEPERS }, sleeper));
  // All of them, before any of these has ended: how much before is told, other processes run on the machine, too.
  expect(burners.map(({ id }) => runtime.status(id).state)).toEqual(burners.map(() => 'running'));
  for (const { id } of burners) runtime.cancel(id);
  expect((await Promise.all(burners.map(({ result }) => result))).map(ending)).toEqual(burners.map(() => 'CANCELLED'));
  took.sort((one, other) => one - other);
  const percentile = (share: number): number => took[Math.floor(took.length * share)] ?? Number.NaN;
  console.log(
    `${took.length} sleeps of ${SLEEP_MS} ms beside ${availableParallelism()} CPU-bound calls: ` +
      `p50 ${percentile(0.5).toFixed(1)} ms, p99 ${percentile(0.99).toFixed(1)} ms`,
  );
  expect(percentile(0)).toBeGreaterThanOrEqual(SLEEP_MS - 1);
});
