// `npm run bench -- <name>... [--json]`: measures and prints. Without a name it lists what there is.
import { parseArgs } from 'node:util';
import { BENCHES } from './benches.ts';
import type { Bench } from './harness/bench.ts';
import { type Figure, formatTable } from './harness/figure.ts';

const names = BENCHES.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`).join('\n');
const USAGE = `Usage: npm run bench -- <name>... [--json] [--seconds <n>]

${names}
  all          every one of them

--json prints a JSON object for each figure instead of a table; progress goes to the standard error stream.
--seconds sets how long abuse takes.
bench/README.md says what is measured and what the figures were.`;

async function runBench(bench: Bench, json: boolean, seconds: number | undefined): Promise<boolean> {
  const figures: Figure[] = [];
  const start = performance.now();
  const progress = (line: string): void => console.error(`${bench.name}: ${line}`);
  let failure: unknown;
  try {
    const report = (figure: Figure): void => {
      figures.push(figure);
      if (json) console.log(JSON.stringify(figure));
    };
    await bench.run({ report, progress, ...(seconds === undefined ? {} : { seconds }) });
    progress(`done in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  } catch (error) {
    failure = error;
  }
  // What was measured before a failure is worth seeing.
  if (!json && figures.length > 0) console.log(`\n${bench.name}: ${bench.summary}\n\n${formatTable(figures)}\n`);
  if (failure !== undefined) progress(`FAILED: ${failure instanceof Error ? failure.stack : String(failure)}`);
  return failure === undefined;
}

async function main(): Promise<number> {
  let parsed: { values: { json?: boolean; help?: boolean; seconds?: string }; positionals: string[] };
  try {
    const options = {
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      seconds: { type: 'string' },
    } as const;
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help === true || positionals.length === 0) {
    console.log(USAGE);
    return 0;
  }
  const unknown = positionals.filter((name) => name !== 'all' && !BENCHES.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}.\n\n${USAGE}`);
    return 2;
  }
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(seconds > 0)) {
    console.error(`--seconds is ${values.seconds}: use a number above 0.\n\n${USAGE}`);
    return 2;
  }
  const wanted = BENCHES.filter(({ name }) => positionals.includes('all') || positionals.includes(name));
  let failed = 0;
  for (const bench of wanted) if (!(await runBench(bench, values.json === true, seconds))) failed += 1;
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
