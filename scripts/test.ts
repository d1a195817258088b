// `npm test`: the checks, all tests, and the compatibility tests on other versions of Node. The last line has the counts.
import { parseArgs } from 'node:util';
import { runChecks } from './check.ts';
import { type Counts, runJest } from './run-jest.ts';
import { setupTests } from './test-setup.ts';

const USAGE = `Usage: npm test -- [options] [path patterns]
  --long           run test/long, too
  --node <path>    run the tests on this Node
With patterns or --node only the tests run: no checks, no other versions of Node.`;

const LONG = 'test/long/';
const COMPAT = 'test/compat/';
/** They load all cores, or measure the process they are in: nothing else runs beside them. */
const ALONE = [LONG, COMPAT];
const WORKERS = 2;

async function main(): Promise<number> {
  const { values, positionals } = readOptions();
  const { node, long = false } = values;
  const everything = positionals.length === 0 && node === undefined;
  const runs: Counts[] = [];

  heading('Setup');
  const setup = await setupTests({ nodes: everything });
  for (const problem of setup.problems) console.log(`FAILED ${problem}`);
  runs.push(failures(setup.problems.length));

  if (everything) {
    heading('Checks');
    runs.push(failures(await runChecks()));
  }

  heading('Tests');
  if (everything) {
    // Most of them wait for processes they have started.
    runs.push(await runJest({ ignore: ALONE, workers: WORKERS }));
    if (long) runs.push(await runJest({ patterns: [LONG] }));
  } else {
    const ignore = long || positionals.length > 0 ? [] : [LONG];
    runs.push(await runJest({ patterns: positionals, ignore, ...(node === undefined ? {} : { node }) }));
  }

  for (const { version, binary } of everything
    ? [{ version: process.version, binary: process.execPath }, ...setup.nodes]
    : []) {
    heading(`Compatibility tests on Node ${version}`);
    runs.push(await runJest({ node: binary, patterns: [COMPAT] }));
  }

  const total = (name: keyof Counts): number => runs.reduce((sum, run) => sum + run[name], 0);
  if (total('pending') > 0) console.log(`\n${total('pending')} skipped`);
  console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
  return total('failed') === 0 ? 0 : 1;
}

function readOptions() {
  try {
    const options = { long: { type: 'boolean' }, node: { type: 'string' }, help: { type: 'boolean' } } as const;
    const parsed = parseArgs({ options, allowPositionals: true });
    if (!parsed.values.help) return parsed;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

function heading(text: string): void {
  console.log(`\n=== ${text}`);
}

function failures(failed: number): Counts {
  return { passed: 0, failed, pending: 0 };
}

process.exitCode = await main();
