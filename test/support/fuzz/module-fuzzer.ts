import { isFaasmError } from '../../../src/core/errors.ts';
import { prepareCode } from '../../../src/function-preparation.ts';
import { catalogue } from '../../../src/host/groups.ts';
import { deriveArtifact } from '../../../src/module/pipeline.ts';
import type { Fuzzer } from './fuzzer.ts';
import { generateModule } from './module-generator.ts';
import { mutateModule } from './module-mutations.ts';
import { moduleSeeds } from './module-seeds.ts';

const REFUSALS: readonly string[] = ['MODULE_INVALID', 'MODULE_UNSUPPORTED', 'MODULE_IMPORTS', 'MODULE_NO_ENTRY'];

/**
 * Broken modules: the pipeline answers with one of its errors or accepts; what it makes of a valid module is valid, and
 * what it makes of an invalid one is refused when it is compiled.
 */
export const MODULE_FUZZER: Fuzzer = {
  name: 'module',
  async open() {
    const seeds = await moduleSeeds();
    // Large ones take a hundred times as long and hold nothing else.
    const small = seeds.filter(({ length }) => length < 20_000);
    const outcomes = new Map<string, number>();
    return {
      async attempt(random) {
        const seed = random.chance(0.4) ? generateModule(random) : random.pick(random.chance(0.97) ? small : seeds);
        const upload = mutateModule(random, seed, random.pick(small));
        const outcome = await judgeModule(upload);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      },
      summary: () => [...outcomes].map(([name, count]) => `${name} ${count}`).join(', '),
      close: async () => {},
    };
  },
};

/** What becomes of `upload`: `accepted`, or the code it is refused with. Rejects when that is wrong. */
export async function judgeModule(upload: Uint8Array): Promise<string> {
  const valid = WebAssembly.validate(upload);
  let rewritten: Uint8Array;
  try {
    rewritten = deriveArtifact(upload, catalogue).wasm;
  } catch (error) {
    if (isFaasmError(error) && REFUSALS.includes(error.code)) return error.code;
    throw new Error(`deriveArtifact threw ${(error as Error)?.stack ?? error}`);
  }
  const stillValid = WebAssembly.validate(rewritten);
  if (valid && !stillValid) throw new Error(`A valid module is not valid any more: ${reason(rewritten)}`);
  if (!valid && stillValid) throw new Error(`A module is accepted that is not valid: ${reason(upload)}`);
  const prepared = await prepareCode('', upload).then(
    () => 'accepted',
    (error) => String(error?.code ?? error),
  );
  if (prepared !== (stillValid ? 'accepted' : 'MODULE_INVALID')) throw new Error(`prepareCode answered ${prepared}`);
  return prepared;
}

function reason(wasm: Uint8Array): string {
  try {
    new WebAssembly.Module(wasm);
    return 'it compiles';
  } catch (error) {
    return (error as Error).message;
  }
}
