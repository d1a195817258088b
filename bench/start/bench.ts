import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { START_SAMPLES } from '../../src/toolchain/sample-list.ts';
import { buildSamples } from '../../src/toolchain/samples.ts';
import type { Bench } from '../harness/bench.ts';
import { measured, tidy } from '../harness/figure.ts';
import { prepareSamples, sampleFile } from '../harness/samples.ts';
import { startServer } from '../harness/server.ts';
import { FAASM, READY } from '../http/faasm-server.ts';

const NAME = 'start';
const STARTS = 7;
/** Install apart, the first start of all may take this long. */
const FIRST_START_TARGET_MS = 60_000;
const FIRST_ANSWER_TARGET_MS = 600;

/** From the start of the process to its ready line and to its first answer, and the build of the samples from nothing. */
export const start: Bench = {
  name: NAME,
  summary: 'process start to ready line and to first answer; building the samples from nothing',
  async run({ report, progress }) {
    await prepareSamples(progress);
    const ready: number[] = [];
    const answered: number[] = [];
    for (let left = STARTS; left > 0; left -= 1) {
      const times = await startOnce();
      ready.push(times.ready);
      answered.push(times.answered);
      progress(`ready after ${times.ready.toFixed(0)} ms, hello after ${times.answered.toFixed(0)} ms`);
    }
    const base = { bench: NAME, unit: 'ms' };
    report({ ...base, case: 'server', metric: 'untilReady', ...measured(ready) });
    report({
      ...base,
      case: 'server',
      metric: 'untilFirstAnswer',
      ...measured(answered),
      target: FIRST_ANSWER_TARGET_MS,
      note: 'upload included',
    });

    const outDir = await mkdtemp(join(tmpdir(), 'faasm-bench-'));
    try {
      const before = performance.now();
      const built = await buildSamples({ only: START_SAMPLES, outDir, force: true });
      const value = tidy(performance.now() - before);
      const note = `${built.length} samples`;
      report({ ...base, case: 'samples', metric: 'build', value, samples: 1, target: FIRST_START_TARGET_MS, note });
    } finally {
      await rm(outDir, { recursive: true });
    }
  },
};

/** Starts a host as `faasm up` does, uploads hello and calls it; ms since the start of the process. */
async function startOnce(): Promise<{ ready: number; answered: number }> {
  const wasm = await readFile(sampleFile('hello'));
  const before = performance.now();
  const server = await startServer({
    command: process.execPath,
    args: [FAASM, 'up', '--json'],
    environment: { FAASM_INVOKE_PORT: '0', FAASM_UPLOAD_PORT: '0', FAASM_STORE: 'memory' },
    ready: READY,
  });
  try {
    const ready = performance.now() - before;
    const [, invokeUrl = '', uploadUrl = ''] = server.match;
    await fetch(`${uploadUrl}/f/demo/hello`, { method: 'PUT', body: wasm });
    const body = JSON.stringify({ user: 'demo', function: 'hello' });
    const text = await (await fetch(invokeUrl, { method: 'POST', body })).text();
    if (text !== 'Hello Faasm!') throw new Error(`Wrong answer: ${text}`);
    return { ready, answered: performance.now() - before };
  } finally {
    await server.stop();
  }
}
