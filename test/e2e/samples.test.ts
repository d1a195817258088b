import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallResult } from '../../src/index.ts';
import { listSamples } from '../../src/toolchain/sample-list.ts';
import { buildSamples } from '../../src/toolchain/samples.ts';
import { ending, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { type Expected, SAMPLE_CASES, type SampleCase } from '../support/sample-cases.ts';

const FUNC = resolve(import.meta.dirname, '../../func');
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Modules by `<user>/<name>`. */
const modules = new Map<string, Uint8Array>();

beforeAll(async () => {
  for (const { user, name, file } of await buildSamples({ all: true })) {
    modules.set(`${user}/${name}`, await readFile(file));
  }
}, 600_000);

function refOf(sample: string): { user: string; function: string } {
  const [user = '', name = ''] = sample.split('/');
  return { user, function: name };
}

/** Uploads the sample; answers whether its Faaslets can be reset in place. */
async function upload(runtime: TestRuntime, sample: string, environment = {}): Promise<boolean> {
  const wasm = modules.get(sample);
  if (wasm === undefined) throw new Error(`There is no sample ${sample}.`);
  return (await runtime.upload(refOf(sample), wasm, { environment })).resettable;
}

function call(runtime: TestRuntime, sample: string, input: string | Uint8Array = '', cmdline = '') {
  const bytes = typeof input === 'string' ? encoder.encode(input) : input;
  return runtime.invoke(request('', [], { ...refOf(sample), input: bytes, cmdline }));
}

async function outputOf(result: CallResult): Promise<string> {
  return decoder.decode(await result.output.bytes());
}

function expectText(actual: string, expected: Expected): void {
  if (typeof expected === 'string') expect(actual).toBe(expected);
  else expect(actual).toMatch(expected);
}

/** Makes the call of `row` for the `time`-th time and compares what comes of it. */
async function check(runtime: TestRuntime, row: SampleCase, time: 0 | 1): Promise<CallResult> {
  const { beside } = row;
  const [result, other] = await Promise.all([
    call(runtime, row.sample, row.input, row.cmdline),
    beside && call(runtime, beside.sample, beside.input),
  ]);
  const { output = '' } = row;
  expect(`${ending(result)} ${result.error?.message ?? ''}`).toMatch(new RegExp(`^${row.error ?? 'success'} `));
  expectText(await outputOf(result), Array.isArray(output) ? output[time] : output);
  expectText(decoder.decode(result.log), row.log ?? '');
  if (row.message !== undefined) expectText(result.error?.message ?? '', row.message);
  if (row.returnValue !== undefined) expect(result.returnValue).toBe(row.returnValue);
  if (beside !== undefined && other !== undefined) expectText(await outputOf(other), beside.output);
  return result;
}

function titleOf({ sample, input }: SampleCase): string {
  return input === undefined ? sample : `${sample} with ${typeof input === 'string' ? JSON.stringify(input) : 'bytes'}`;
}

describe('the table of samples', () => {
  it('has every function of func/ and no other', async () => {
    const there = (await listSamples(FUNC)).map(({ user, name }) => `${user}/${name}`);
    expect([...new Set(SAMPLE_CASES.map(({ sample }) => sample))].sort()).toEqual(there.sort());
  });

  it('agrees with func/README.md', async () => {
    const readme = await readFile(`${FUNC}/README.md`, 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const described = rows.flatMap((row) => row.split('|')[1]?.match(/(?<=`)[\w-]+(?=`)/g) ?? []);
    expect(described.sort()).toEqual((await listSamples(FUNC)).map(({ name }) => name).sort());
  });
});

describe.each(['native', 'portable'] as const)('samples, %s layer', (layer) => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ layer, threads: 1 });
  });
  afterAll(() => stopRuntime(runtime));

  const rows = SAMPLE_CASES.filter(({ sharedRegions }) => layer === 'native' || sharedRegions !== true);
  it.each(rows.map((row) => [titleOf(row), row] as const))('%s, twice', async (_title, row) => {
    const { user } = refOf(row.sample);
    const resettable = await upload(runtime, row.sample, row.environment);
    if (row.beside !== undefined) await upload(runtime, row.beside.sample);
    for (const [key, value] of Object.entries(row.state ?? {})) {
      await runtime.state.set(user, key, encoder.encode(value));
    }
    for (const [path, text] of Object.entries(row.files ?? {}))
      await runtime.files.put(user, path, encoder.encode(text));
    const first = await check(runtime, row, 0);
    const second = await check(runtime, row, 1);
    // The host adds threads while others are busy, and the portable layer drops Faaslets with much memory.
    const kept = layer === 'native' && first.placement.thread === second.placement.thread;
    if (kept && row.error === undefined && row.beside === undefined) {
      expect(second.start).toBe(resettable ? 'warm' : 'fresh');
    }
  });
});
