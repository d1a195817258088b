// `npm start`: builds what is missing, then serves functions until it is told to stop.
import { serve } from '../adapters/standalone/serve.ts';
import { START_SAMPLES } from '../src/toolchain/sample-list.ts';
import { buildSamples } from '../src/toolchain/samples.ts';
import { ensureNative } from './build-native.ts';

const MIN_NODE_MAJOR = 24;

async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < MIN_NODE_MAJOR) {
    console.error(
      `Node ${process.versions.node} cannot run functions: Node ${MIN_NODE_MAJOR} or newer is needed. ` +
        'On Linux `npm ci && npm start` brings its own; elsewhere install it from https://nodejs.org.',
    );
    process.exit(1);
  }
  const native = ensureNative();
  if (native.built) console.log('native layer: built');
  if (!native.ready) console.log(`native layer: not available, the portable one is used (${native.reason})`);
  try {
    await buildSamples({ only: START_SAMPLES, log: console.log, colour: process.stdout.isTTY === true });
  } catch (error) {
    // Functions of one's own run without the samples.
    console.error(`samples: ${(error as Error).message}`);
  }
  await serve();
}

await main();
