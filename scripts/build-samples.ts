/** Builds the sample functions of func/ into build/func/<user>/<name>.wasm; what is up to date is left alone. */
import { parseArgs } from 'node:util';
import { buildSamples } from '../src/toolchain/samples.ts';

const USAGE = `Usage: node scripts/build-samples.ts [--all] [--force] [--only <name>]
  --all            build the slow ones (C++), too
  --force          build what is up to date, too
  --only <name>    build one sample: name or user/name`;

function readOptions() {
  try {
    const options = {
      all: { type: 'boolean' },
      force: { type: 'boolean' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
}

const { all = false, force = false, only, help } = readOptions();
if (help) {
  console.log(USAGE);
} else {
  const start = performance.now();
  try {
    const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
    const samples = await buildSamples({ all, force, ...(only !== undefined && { only }), log: console.log, colour });
    const built = samples.filter((sample) => sample.built).length;
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${built} built, ${samples.length - built} up to date, ${seconds} s`);
  } catch (error) {
    console.error(String((error as Error).message));
    process.exitCode = 1;
  }
}
