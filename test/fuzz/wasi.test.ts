import { describe, expect, it } from '@jest/globals';
import { runFuzzer } from '../support/fuzz/fuzzer.ts';
import { WASI_FUZZER } from '../support/fuzz/wasi-fuzzer.ts';
import { WASI_HOSTILE_FUZZER } from '../support/fuzz/wasi-hostile-fuzzer.ts';

describe('files of WASI', () => {
  it('are those of the model, whatever a program does', async () => {
    expect(await runFuzzer(WASI_FUZZER, { seed: 1, count: 300 })).toMatchObject({ cases: 300 });
  });

  it('withstand guests that call with anything', async () => {
    expect(await runFuzzer(WASI_HOSTILE_FUZZER, { seed: 1, count: 250 })).toMatchObject({ cases: 250 });
  });
});
