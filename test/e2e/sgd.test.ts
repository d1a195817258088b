import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ending, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';

const EXAMPLES = 12_000;
const EPOCHS = 25;
/** Losses that differ by this share are the same: where two workers meet, one of two steps of a weight may be lost. */
const TOLERANCE = 0.05;

const WORKERS = [1, 2, 4];
const KEYS = ['sgd_params', 'inputs_vals', 'inputs_innr', 'inputs_outr', 'outputs', 'feature_counts', 'weights'];

/** Calls a function of the user `sgd` and answers its output. */
async function call(runtime: TestRuntime, name: string, input: readonly number[] = []): Promise<string> {
  const result = await runtime.invoke({
    ...request(name, [], { user: 'sgd' }),
    input: new TextEncoder().encode(input.join(' ')),
  });
  const output = Buffer.from(await result.output.bytes()).toString();
  expect([name, output, ending(result)]).toEqual([name, output, 'success']);
  return output;
}

async function loss(runtime: TestRuntime): Promise<{ readonly loss: number; readonly rightPercent: number }> {
  const [, value, right] = /^loss ([\d.]+), ([\d.]+) % right$/.exec(await call(runtime, 'sgd_loss')) ?? [];
  return { loss: Number(value), rightPercent: Number(right) };
}

/** All epochs, with all workers of an epoch at the same time on the same weights. */
async function train(runtime: TestRuntime, workers: number): Promise<void> {
  await call(runtime, 'sgd_generate', [EXAMPLES]);
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    await Promise.all(
      Array.from({ length: workers }, (_, worker) => call(runtime, 'sgd_step', [worker, workers, epoch])),
    );
  }
}

describe('lock-free parallel SGD on shared state', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ threads: 4 });
    for (const name of ['sgd_generate', 'sgd_step', 'sgd_loss']) {
      const wasm = await readFile(new URL(`../../build/func/sgd/${name}.wasm`, import.meta.url));
      await runtime.upload({ user: 'sgd', function: name }, wasm);
    }
  });
  afterAll(() => stopRuntime(runtime));

  it('has a set as sparse as RCV1', async () => {
    const output = await call(runtime, 'sgd_generate', [EXAMPLES]);
    expect(output).toMatch(/^12000 examples, 47236 features, \d+ values, 0\.16\d %$/);
    const keys = (await runtime.state.list('sgd', '')).map(({ key }) => key);
    expect(keys).toEqual(KEYS.toSorted());
    expect(await loss(runtime)).toEqual({ loss: 1, rightPercent: 0 });
  });

  it(`finds the same loss with ${WORKERS.join(', ')} workers`, async () => {
    const losses: number[] = [];
    for (const workers of WORKERS) {
      await train(runtime, workers);
      const found = await loss(runtime);
      expect(found.rightPercent).toBeGreaterThan(95);
      losses.push(found.loss);
    }
    const [alone = Number.NaN] = losses;
    expect(alone).toBeLessThan(0.2);
    for (const found of losses) expect(Math.abs(found / alone - 1)).toBeLessThan(TOLERANCE);
  });

  it('pushes the weights: the global tier has what the workers have found', async () => {
    await train(runtime, 2);
    await call(runtime, 'sgd_step', [0, 1, EPOCHS, 1, 1]);
    const bytes = (await runtime.state.get('sgd', 'weights')) ?? new Uint8Array();
    const weights = new Float64Array(bytes.slice().buffer);
    expect(weights).toHaveLength(47_236);
    expect(weights.filter((weight) => weight !== 0).length).toBeGreaterThan(40_000);
  });
});
