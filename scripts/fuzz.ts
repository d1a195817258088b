// `npm run fuzz -- <minutes>`: tries random and hostile input until the time is over or something breaks.
import { parseArgs } from 'node:util';
import { type Fuzzer, runFuzzer } from '../test/support/fuzz/fuzzer.ts';
import { HTTP_FUZZER } from '../test/support/fuzz/http-fuzzer.ts';
import { MODULE_FUZZER } from '../test/support/fuzz/module-fuzzer.ts';
import { REWRITE_FUZZER } from '../test/support/fuzz/rewrite-fuzzer.ts';
import { WASI_FUZZER } from '../test/support/fuzz/wasi-fuzzer.ts';
import { WASI_HOSTILE_FUZZER } from '../test/support/fuzz/wasi-hostile-fuzzer.ts';

const FUZZERS: readonly Fuzzer[] = [MODULE_FUZZER, REWRITE_FUZZER, WASI_FUZZER, WASI_HOSTILE_FUZZER, HTTP_FUZZER];
const NAMES = FUZZERS.map(({ name }) => name).join(', ');
const USAGE = `Usage: npm run fuzz -- [minutes] [options]
  minutes          how long in all; 1 unless told, without end with --count
  --only <name>    one fuzzer: ${NAMES}
  --seed <number>  first seed; the time of day unless told
  --count <number> cases of each fuzzer`;

function usage(problem?: string): never {
  (problem === undefined ? console.log : console.error)(problem === undefined ? USAGE : `${problem}\n${USAGE}`);
  process.exit(problem === undefined ? 0 : 2);
}

function readOptions() {
  try {
    const text = { type: 'string' } as const;
    const options = { only: text, seed: text, count: text, help: { type: 'boolean' } } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return usage((error as Error).message);
  }
}

/** A number of the command line, or undefined where there is none. */
function number(name: string, text: string | undefined, pattern: RegExp): number | undefined {
  if (text !== undefined && !pattern.test(text)) usage(`${name} is no such number: ${text}`);
  return text === undefined ? undefined : Number(text);
}

const { values, positionals } = readOptions();
if (values.help || positionals.length > 1) usage(values.help ? undefined : 'There is one number of minutes.');
const fuzzers = FUZZERS.filter(({ name }) => values.only === undefined || values.only === name);
if (fuzzers.length === 0) usage(`There is no fuzzer ${values.only}.`);
const count = number('--count', values.count, /^\d+$/);
const seed = number('--seed', values.seed, /^\d+$/) ?? Date.now() % 2 ** 31;
const minutes =
  number('minutes', positionals[0], /^\d+(\.\d+)?$/) ?? (count === undefined ? 1 : Number.POSITIVE_INFINITY);

for (const fuzzer of fuzzers) {
  const durationMs = (minutes * 60_000) / fuzzers.length;
  try {
    const { cases, summary } = await runFuzzer(fuzzer, { seed, durationMs, ...(count !== undefined && { count }) });
    console.log(`${fuzzer.name}: ${cases} cases from seed ${seed}: ${summary}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
