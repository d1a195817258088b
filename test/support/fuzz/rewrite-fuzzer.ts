import { catalogue } from '../../../src/host/groups.ts';
import { HOST_NAMES } from '../../../src/module/artifact.ts';
import { deriveArtifact } from '../../../src/module/pipeline.ts';
import { run } from '../../unit/module/fixtures.ts';
import type { Fuzzer } from './fuzzer.ts';
import { GENERATED, generateModule } from './module-generator.ts';

/** What a module left behind. */
interface Traces {
  readonly ending: 'returned' | 'trapped';
  readonly pages: number;
  readonly memory: Uint8Array;
  readonly globals: readonly unknown[];
}

const PAGE = 65_536;

/** Generated modules that run: what the pipeline makes of one does the same as the module itself. */
export const REWRITE_FUZZER: Fuzzer = {
  name: 'rewrite',
  async open() {
    let trapped = 0;
    let grown = 0;
    let cases = 0;
    return {
      attempt(random) {
        const module = generateModule(random);
        const expected = runOriginal(module);
        const actual = runRewritten(module);
        compare(expected, actual);
        cases += 1;
        if (expected.ending === 'trapped') trapped += 1;
        if (expected.pages > 1) grown += 1;
      },
      summary: () => `${cases} ran, ${trapped} of them trapped, ${grown} had more than one page`,
      close: async () => {},
    };
  },
};

function runOriginal(bytes: Uint8Array): Traces {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const ending = start(exports);
  const memory = new Uint8Array((exports[GENERATED.memory] as WebAssembly.Memory).buffer);
  return { ending, pages: memory.length / PAGE, memory, globals: globalsOf(exports) };
}

function runRewritten(bytes: Uint8Array): Traces {
  const artifact = deriveArtifact(bytes, catalogue);
  const { exports, memory } = run(artifact);
  const ending = start(exports);
  const size = exports[HOST_NAMES.size] as WebAssembly.Global | undefined;
  const pages: number = size?.value ?? artifact.memory.initialPages;
  return {
    ending,
    pages,
    memory: new Uint8Array(memory.buffer).subarray(0, pages * PAGE),
    globals: globalsOf(exports),
  };
}

function start(exports: Record<string, WebAssembly.ExportValue>): Traces['ending'] {
  try {
    (exports['_start'] as () => void)();
    return 'returned';
  } catch (error) {
    if ((error as Error)?.name === 'RuntimeError') return 'trapped';
    throw error;
  }
}

function globalsOf(exports: Record<string, WebAssembly.ExportValue>): unknown[] {
  const names = Object.keys(exports).filter((name) => /^g\d+$/.test(name));
  return names.map((name) => (exports[name] as WebAssembly.Global).value);
}

function compare(expected: Traces, actual: Traces): void {
  const brief = ({ ending, pages, globals }: Traces): string => `${ending}, ${pages} pages, globals ${globals.join()}`;
  if (brief(expected) !== brief(actual)) throw new Error(`It ${brief(actual)} instead of ${brief(expected)}`);
  if (Buffer.compare(expected.memory, actual.memory) === 0) return;
  const at = expected.memory.findIndex((byte, index) => byte !== actual.memory[index]);
  throw new Error(`Byte ${at} is ${actual.memory[at]} instead of ${expected.memory[at]}`);
}
