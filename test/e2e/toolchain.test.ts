import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CompileProgramOptions, compileProgram } from '../../src/toolchain/compile.ts';
import { findSystemClang } from '../../src/toolchain/find-clang.ts';
import { invoke, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';

const FILES = {
  'doubles.c': `#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "part.h"
int main(void) {
  char *text = malloc(100);
  snprintf(text, 100, "%.2f %.1Lf %d", 1.5, (long double)PART, (int)faasmGetInputSize());
  faasmSetOutput(text, (long)strlen(text));
  free(text);
  return 0;
}
`,
  'part.h': '#define PART 2.5\n',
  'main.cpp': `#include <faasm/faasm.h>
#include <map>
#include <string>
#include "shape.hpp"
extern "C" int in_c(int);
static std::map<std::string, int> corners{{"triangle", 3}, {"square", 4}};
int main() {
  std::string text = describe(Square{2}) + " " + std::to_string(corners["square"]) + " " + std::to_string(in_c(20));
  faasmSetOutput(text.data(), static_cast<long>(text.size()));
  return 0;
}
`,
  'shape.hpp': `#pragma once
#include <string>
struct Shape { virtual ~Shape() = default; virtual int area() const = 0; };
struct Square : Shape { int side; explicit Square(int s) : side(s) {} int area() const override { return side * side; } };
std::string describe(const Shape &shape);
`,
  'shape.cc':
    '#include "shape.hpp"\nstd::string describe(const Shape &shape) { return "area " + std::to_string(shape.area()); }\n',
  'in_c.c': 'int in_c(int x) { return x + 1; }\n',
  'main.ts': `import { setOutputText } from "faasm";
import { double } from "./double";
export function _asMain(): i32 { setOutputText("ts " + double(21).toString()); return 0; }
`,
  'double.ts': 'export function double(x: i32): i32 { return x * 2; }\n',
  'zygote.c': `#include <faasm/faasm.h>
#include <stdio.h>
#include <stdlib.h>
static int calls;
static void goodbye(void) { printf("bye"); }
FAASM_ZYGOTE() { calls = 41; return 0; }
int main(int argc, char **argv) { atexit(goodbye); printf("%d %s ", ++calls, argc > 0 ? "named" : argv[0]); return 7; }
`,
  'broken.c': 'int main(void) { int unused; return missing; }\n',
  'unlinked.cpp': 'int missing();\nint main() { return missing(); }\n',
  'warned.c': 'int main(void) { int unused; return 0; }\n',
};

/** C++ takes the bundled clang half a minute where it shares the cores. */
const COMPILING_LIMIT_MS = 900_000;
const system = await findSystemClang('c++');
const KINDS = system.clang === undefined ? (['bundled'] as const) : (['bundled', 'system'] as const);

describe('programs', () => {
  let root: string;
  let runtime: TestRuntime;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'faasm-programs-'));
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(root, name), text);
    runtime = await startRuntime();
  });
  afterAll(async () => {
    await stopRuntime(runtime);
    await rm(root, { recursive: true, force: true });
  });

  const outFile = () => join(root, 'out/program.wasm');
  const compile = (sources: string[], more: Partial<CompileProgramOptions> = {}) =>
    compileProgram({ sources: sources.map((name) => join(root, name)), outFile: outFile(), ...more });

  /** Uploads what was compiled last and calls it; answers its output. */
  async function run(name: string): Promise<string> {
    await runtime.upload({ user: 'demo', function: name }, await readFile(outFile()));
    const result = await invoke(runtime, name);
    const output = new TextDecoder().decode(await result.output.bytes());
    return result.status === 'success' ? output : `${result.error?.code}: ${result.error?.message}`;
  }

  describe.each(KINDS)('of C and C++ with the %s clang', (compiler) => {
    it('run: C with the SDK, a header beside it and long doubles', async () => {
      const made = await compile(['doubles.c'], { compiler });
      expect(made.compiler.kind).toBe(compiler);
      expect(made.sizeBytes).toBe((await readFile(outFile())).length);
      expect(await run(`doubles_${compiler}`)).toBe('1.50 2.5 0');
    });

    it(
      'run: several files of C++ and C, with constructors before main',
      async () => {
        await compile(['main.cpp', 'shape.cc', 'in_c.c'], { compiler });
        expect(await run(`shapes_${compiler}`)).toBe('area 4 4 21');
      },
      COMPILING_LIMIT_MS,
    );

    it('run: zygote, arguments, exit handlers and status', async () => {
      await compile(['zygote.c'], { compiler });
      await runtime.upload({ user: 'demo', function: `zygote_${compiler}` }, await readFile(outFile()));
      for (let time = 0; time < 2; time += 1) {
        const result = await invoke(runtime, `zygote_${compiler}`);
        expect(new TextDecoder().decode(await result.output.bytes())).toBe('42 named bye');
        expect(result.returnValue).toBe(7);
      }
    });

    it("fail with the compiler's and the linker's words", async () => {
      const [broken, unlinked] = await Promise.all(
        [['broken.c'], ['unlinked.cpp']].map((sources) => compile(sources, { compiler }).catch((error) => error)),
      );
      expect(broken.code).toBe('COMPILE_FAILED');
      expect(broken.message).toContain(`${join(root, 'broken.c')}:1:37: error: use of undeclared identifier 'missing'`);
      expect(unlinked.code).toBe('COMPILE_FAILED');
      expect(unlinked.message).toContain('undefined symbol: missing()');
    });

    it('take flags and report warnings', async () => {
      const said: string[] = [];
      const made = await compile(['warned.c'], { compiler, flags: ['-Wall'], log: (text) => said.push(text) });
      expect(made.log).toContain("unused variable 'unused'");
      expect(said).toEqual([made.log]);
      await expect(compile(['warned.c'], { compiler, flags: ['-Wall', '-Werror'] })).rejects.toMatchObject({
        code: 'COMPILE_FAILED',
      });
    });
  });

  it("are built by the system's clang if it can, else by the bundled one; where it cannot, asking for it says so", async () => {
    const { compiler } = await compile(['doubles.c']);
    expect(compiler.kind).toBe(system.clang === undefined ? 'bundled' : 'system');
    const asked = await compile(['main.cpp', 'shape.cc', 'in_c.c'], { compiler: 'system' }).then(
      (made) => made.compiler.kind,
      (error) => error.message,
    );
    expect(asked).toEqual(system.clang === undefined ? expect.stringMatching(/^No clang of this system/) : 'system');
  });

  it('of AssemblyScript run, with imports beside them', async () => {
    const made = await compile(['main.ts']);
    expect(made.compiler).toMatchObject({ kind: 'bundled', name: 'asc' });
    expect(await run('typescript')).toBe('ts 42');
  });

  it('find headers in include folders, and say where the bundled clang looks', async () => {
    const source = join(root, 'elsewhere.c');
    await writeFile(source, '#include <part.h>\nint main(void) { return (int)PART; }\n');
    const error = await compile(['elsewhere.c'], { compiler: 'bundled' }).catch((error) => error);
    expect(error.message).toMatch(/'part\.h' file not found[\s\S]*include folders, no others/);
    await compile(['elsewhere.c'], { compiler: 'bundled', includeDirs: [root] });
    expect((await readFile(outFile())).length).toBeGreaterThan(0);
  });
});
