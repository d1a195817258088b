// `npm run test:wasi -- <folder>`: runs the preview 1 programs of the public WASI test suite as functions of this runtime.
// The folder is a checkout of branch prod/testsuite-base of github.com/WebAssembly/wasi-testsuite, or a part of it.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { joinArguments } from '../src/executor/arguments.ts';
import { createRuntime } from '../src/index.ts';

const PRINCIPAL = { user: '*', kind: 'admin' } as const;
const USER = 'wasi';
/** Programs for other versions of WASI. */
const OTHER_SETS = /^wasm32-wasip[^1]/;

/** What a program is run with and what has to come of it; see doc/specification.md there. */
interface Specification {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string | null;
  readonly exit_code?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

interface Program {
  readonly name: string;
  readonly file: string;
  readonly specification: Specification;
}

type Runtime = Awaited<ReturnType<typeof createRuntime>>;

async function findPrograms(folder: string, top = folder): Promise<Program[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<Program[]> => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return OTHER_SETS.test(entry.name) ? [] : findPrograms(path, top);
      if (!entry.isFile() || !entry.name.endsWith('.wasm')) return [];
      const json = await readFile(path.replace(/wasm$/, 'json'), 'utf8').catch(() => '{}');
      return [{ name: relative(top, path), file: path, specification: JSON.parse(json) as Specification }];
    }),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Runs a program; answers what was wrong, nothing when all was as it has to be. */
async function run(runtime: Runtime, { file, specification }: Program): Promise<string[]> {
  const { args = [], env = {}, exit_code = 0, stdout, stderr } = specification;
  const ref = { user: USER, function: basename(file, '.wasm') };
  await runtime.upload(ref, await readFile(file), { environment: env });
  const { output, log, error, returnValue } = await runtime.invoke({
    ...ref,
    principal: PRINCIPAL,
    input: new Uint8Array(0),
    cmdline: joinArguments(args),
  });
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const checks = [
    ['exit code', returnValue ?? error?.message, exit_code],
    ['stdout', text(await output.bytes()), stdout],
    ['stderr', text(log), stderr],
  ] as const;
  return checks
    .filter(([, actual, expected]) => expected !== undefined && actual !== expected)
    .map(([what, actual, expected]) => `${what} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

/** Runs the programs that start from the same files. */
async function runAll(root: string | undefined, programs: readonly Program[]): Promise<number> {
  const runtime = await createRuntime({
    threads: 1,
    environment: {},
    ...(root === undefined ? {} : { runtimeRoot: root }),
  });
  let passed = 0;
  try {
    for (const program of programs) {
      const problems = await run(runtime, program).catch((error: unknown) => [String(error)]);
      if (problems.length === 0) passed += 1;
      console.log(
        problems.length === 0 ? `ok      ${program.name}` : `FAILED  ${program.name}: ${problems.join('; ')}`,
      );
    }
  } finally {
    await runtime.close();
  }
  return passed;
}

const [folder, ...more] = process.argv.slice(2);
if (folder === undefined || more.length > 0) {
  console.error('Usage: npm run test:wasi -- <folder of the suite>');
  process.exit(2);
}
const byRoot = Map.groupBy(await findPrograms(resolve(folder)), ({ file, specification: { root } }) =>
  root ? join(dirname(file), root) : undefined,
);
let passed = 0;
let count = 0;
for (const [root, programs] of byRoot) {
  passed += await runAll(root, programs);
  count += programs.length;
}
if (count === 0) console.error(`There are no programs in ${folder}.`);
console.log(`${passed} passed, ${count - passed} failed`);
process.exitCode = passed === count && count > 0 ? 0 : 1;
