import { describe, expect, it } from '@jest/globals';
import { runFuzzer } from '../support/fuzz/fuzzer.ts';
import { MODULE_FUZZER } from '../support/fuzz/module-fuzzer.ts';
import { generateModule } from '../support/fuzz/module-generator.ts';
import { seededRandom } from '../support/fuzz/random.ts';
import { REWRITE_FUZZER } from '../support/fuzz/rewrite-fuzzer.ts';

describe('the module pipeline', () => {
  it('survives broken modules', async () => {
    const { summary } = await runFuzzer(MODULE_FUZZER, { seed: 1, count: 4000 });
    for (const outcome of ['accepted', 'MODULE_INVALID', 'MODULE_UNSUPPORTED', 'MODULE_IMPORTS', 'MODULE_NO_ENTRY']) {
      expect(summary).toContain(`${outcome} `);
    }
  });

  it('changes nothing about what a module does', async () => {
    expect(await runFuzzer(REWRITE_FUZZER, { seed: 1, count: 700 })).toMatchObject({ cases: 700 });
  });

  it('is tried with modules that a seed makes again', () => {
    expect(generateModule(seededRandom(5))).toEqual(generateModule(seededRandom(5)));
    expect(generateModule(seededRandom(5))).not.toEqual(generateModule(seededRandom(6)));
  });
});
