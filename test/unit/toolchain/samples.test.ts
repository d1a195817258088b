import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSamples } from '../../../src/toolchain/samples.ts';

const C = '#include <faasm/faasm.h>\n#include <assert.h>\nint main(void) { assert(faasmGetInputSize()); return 0; }\n';
const TS =
  'import { getInput, setOutput } from "faasm";\nexport function _asMain(): i32 { setOutput(getInput()); return 0; }\n';

/** Names of what a module imports or exports. */
function namesIn(wasm: Uint8Array<ArrayBuffer>): { imports: string[]; exports: string[] } {
  const module = new WebAssembly.Module(wasm);
  return {
    imports: WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`),
    exports: WebAssembly.Module.exports(module).map(({ name }) => name),
  };
}

// Runs the real compilers: some seconds.
describe('buildSamples', () => {
  let root: string;
  const build = (folder = 'func', more = {}) =>
    buildSamples({ funcDir: join(root, folder), outDir: join(root, 'out', folder), ...more });
  const write = async (path: string, text: string) => {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'faasm-samples-'));
    await write('func/c/demo/one.c', C);
    await write('func/ts/demo/two.ts', TS);
    await write('elsewhere/c/demo/one.c', C);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('compiles C and AssemblyScript, importing only what they use', async () => {
    const lines: string[] = [];
    const samples = await build('func', { log: (line: string) => lines.push(line) });
    expect(samples.map(({ user, name, built }) => [user, name, built])).toEqual([
      ['demo', 'one', true],
      ['demo', 'two', true],
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^\[\d\/2\] demo\/one \(C, yowasp clang\) \d+\.\d s$/));
    const one = namesIn(new Uint8Array(await readFile(join(root, 'out/func/demo/one.wasm'))));
    expect(one.imports.filter((name) => !name.startsWith('wasi'))).toEqual(['env.__faasm_read_input']);
    expect(one.exports).toEqual(expect.arrayContaining(['_start', '__wasm_call_ctors', '__main_void']));
    const two = namesIn(new Uint8Array(await readFile(join(root, 'out/func/demo/two.wasm'))));
    expect(two.imports.toSorted()).toEqual(['env.__faasm_read_input', 'env.__faasm_write_output', 'env.abort']);
    expect(two.exports).toContain('_asMain');
  });

  it('leaves alone what is up to date', async () => {
    expect((await build()).some(({ built }) => built)).toBe(false);
  });

  it('makes the same bytes of the same source wherever it lies', async () => {
    await build('elsewhere');
    const [here, there] = await Promise.all(
      ['func', 'elsewhere'].map((folder) => readFile(join(root, 'out', folder, 'demo/one.wasm'))),
    );
    expect(here?.equals(there as Buffer)).toBe(true);
  });

  it("fails with the compilers' messages, after building what it can", async () => {
    await write('broken/c/demo/bad.c', 'int main(void) { return missing; }\n');
    await write('broken/c/demo/unlinked.c', 'int missing(void);\nint main(void) { return missing(); }\n');
    await write('broken/ts/demo/bad.ts', 'export function _asMain(): i32 { return missing; }\n');
    await write('broken/c/demo/good.c', C);
    const error = await build('broken').catch((error) => error);
    expect(error.code).toBe('COMPILE_FAILED');
    expect(error.message).toContain(`${join(root, 'broken/c/demo/bad.c')}:1:25: error: use of undeclared identifier`);
    expect(error.message).toContain('undefined symbol: missing');
    expect(error.message).toContain("Cannot find name 'missing'");
    expect((await build('broken', { only: 'demo/good' })).map(({ built }) => built)).toEqual([false]);
  });

  it('builds those named, one or many', async () => {
    const names = async (only: string | string[]) => (await build('func', { only })).map(({ name }) => name);
    expect([await names('two'), await names(['demo/one', 'two', 'other/two'])]).toEqual([['two'], ['one', 'two']]);
  });

  it('refuses a name there is no sample of', async () => {
    await expect(build('func', { only: 'three' })).rejects.toMatchObject({ code: 'COMPILE_FAILED' });
  });
});
