import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ending, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';

const EXAMPLES = 2000;
const EPOCHS = 120;
/** Losses that differ by this share are the same: where two workers meet, one of two steps of a weight may be lost. */
const TOLERANCE = 0.05;

/** A host with the functions of the user `sgd`. */
async function startHost(): Promise<TestRuntime> {
  const runtime = await startRuntime({ threads: 4 });
  for (const name of ['sgd_generate', 'sgd_step', 'sgd_loss']) {
    const wasm = await readFile(new URL(`../../build/func/sgd/${name}.wasm`, import.meta.url));
    await runtime.upload({ user: 'sgd', function: name }, wasm);
  }
  return runtime;
}

/** Calls a function of the user `sgd` and answers its output. */
async function call(runtime: TestRuntime, name: string, input: readonly number[] = []): Promise<string> {
  const result = await runtime.invoke({
    ...request(name, [], { user: 'sgd' }),
    input: new TextEncoder().encode(input.join(' ')),
  });
  const output = Buffer.from(await result.output.bytes()).toString();
  expect([name, output, result.error, ending(result)]).toEqual([name, output, undefined, 'success']);
  return output;
}

async function loss(runtime: TestRuntime): Promise<{ readonly loss: number; readonly rightPercent: number }> {
  const [, value, right] = /^loss ([\d.]+), ([\d.]+) % right$/.exec(await call(runtime, 'sgd_loss')) ?? [];
  return { loss: Number(value), rightPercent: Number(right) };
}

/** All epochs; the workers of an epoch run at the same time. Answers the loss. */
async function train(host: TestRuntime, workers: number): Promise<number> {
  await call(host, 'sgd_generate', [EXAMPLES]);
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const numbers = Array.from({ length: workers }, (_, worker) => [worker, workers, epoch]);
    await Promise.all(numbers.map((input) => call(host, 'sgd_step', input)));
  }
  const found = await loss(host);
  expect(found.rightPercent).toBeGreaterThan(95);
  return found.loss;
}

describe('lock-free parallel SGD on one host', () => {
  let host: TestRuntime;

  beforeAll(async () => {
    host = await startHost();
  });
  afterAll(() => stopRuntime(host));

  it('has a set as sparse as RCV1', async () => {
    const output = await call(host, 'sgd_generate', [EXAMPLES]);
    expect(output).toMatch(/^2000 examples, 47236 features, \d+ values, 0\.16\d %$/);
    const keys = (await host.state.list('sgd', '')).map(({ key }) => key);
    const inputs = ['inputs_innr', 'inputs_outr', 'inputs_vals'];
    expect(keys).toEqual(['feature_counts', ...inputs, 'outputs', 'sgd_params', 'weights']);
    expect(await loss(host)).toEqual({ loss: 1, rightPercent: 0 });
  });

  it('finds the same loss with 1, 2 and 4 workers', async () => {
    const alone = await train(host, 1);
    expect(alone).toBeLessThan(0.2);
    for (const workers of [2, 4]) {
      expect(Math.abs((await train(host, workers)) / alone - 1)).toBeLessThan(TOLERANCE);
    }
    // What they have found is in the host's memory, and pushed when somebody asks for it.
    await host.state.push('sgd', 'weights');
    const weights = new Float64Array(((await host.state.get('sgd', 'weights')) ?? new Uint8Array()).slice().buffer);
    expect(weights.filter((weight) => weight !== 0).length).toBeGreaterThan(10_000);
  });
});
