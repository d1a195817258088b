import { provideLambdaRic } from '../../scripts/setup-lambda-ric.ts';
import { askLambda } from '../../test/support/lambda-calls.ts';
import { LAMBDA_TOKEN } from '../../test/support/lambda-platform.ts';
import { eventOf } from '../../test/support/lambda-requests.ts';
import { startLambdaSandbox } from '../../test/support/lambda-sandbox.ts';
import { peakMemoryBytes } from '../../test/support/process-facts.ts';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { measured, tidy } from '../harness/figure.ts';
import { prepareSamples } from '../harness/samples.ts';
import { percentile } from '../harness/statistics.ts';
import { type BenchCode, prepareCode, timed } from './sandboxes.ts';

const NAME = 'lambda';
const MIB = 1024 * 1024;
const STARTS = 7;
const ROUNDS = 5;
const EVENTS = 200;
const LARGE_EVENTS = 5;
const INIT_TARGET_MS = 300;
const OVERHEAD_TARGET_MS = 2;
/** A body that is 6 MB in the base64 of an event. */
const LARGE_BYTES = Math.floor(((6 * MIB - 8 * 1024) * 3) / 4);
const STREAMED_BYTES = 64 * MIB;
const THREADS = 4;
const PAIRS = 4;
const ITEMS = 2000;

/** The package in AWS's own runtime client, beside a handler that does nothing in the same client. */
export const lambda: Bench = {
  name: NAME,
  summary: "AWS Lambda's runtime client with the package, beside an empty handler: start, warm events, 6 MB, streams",
  async run(context) {
    const problem = await provideLambdaRic();
    if (problem !== undefined) throw new Error(problem);
    await prepareSamples(context.progress);
    context.progress('making the package');
    const code = await prepareCode();
    try {
      await starts(code, context);
      await events(code, context);
      await streams(code, context);
      await together(code, context);
    } finally {
      await code.remove();
    }
  },
};

const message = (name: string, input = ''): string =>
  JSON.stringify({ user: 'demo', function: name, input_data: input });

async function starts({ faasm, empty, environment }: BenchCode, { report, progress }: BenchContext): Promise<void> {
  const ours: number[] = [];
  const first: number[] = [];
  const theirs: number[] = [];
  for (let left = STARTS; left > 0; left -= 1) {
    const one = await startLambdaSandbox({ code: faasm, environment });
    ours.push(one.initMs);
    first.push(...(await timed(one, message('hello'), 1)));
    await one.close();
    const other = await startLambdaSandbox({ code: empty });
    theirs.push(other.initMs);
    await other.close();
    progress(`init ${ours.at(-1)?.toFixed(0)} ms, empty handler ${theirs.at(-1)?.toFixed(0)} ms`);
  }
  const base = { bench: NAME, case: 'start', unit: 'ms' };
  const rivalValue = tidy(percentile(theirs, 50));
  const note = `empty handler: ${rivalValue} ms`;
  report({ ...base, metric: 'init', ...measured(ours), rival: 'empty', rivalValue, target: INIT_TARGET_MS, note });
  report({ ...base, metric: 'firstEvent', ...measured(first), note: 'function read, checked and compiled' });
}

async function events({ faasm, empty, environment }: BenchCode, { report, progress }: BenchContext): Promise<void> {
  const one = await startLambdaSandbox({ code: faasm, environment });
  const other = await startLambdaSandbox({ code: empty });
  try {
    const body = new Uint8Array(LARGE_BYTES).fill(0xa5);
    const headers = { authorization: `Bearer ${LAMBDA_TOKEN}` };
    const request = new Request('https://faasm.test/v1/invoke/demo/echo', { method: 'POST', headers, body });
    const large = JSON.stringify(await eventOf('function-url', request));
    for (const [name, event, count, target] of [
      ['hello', message('hello'), EVENTS, OVERHEAD_TARGET_MS],
      ['6mb', large, LARGE_EVENTS, undefined],
    ] as const) {
      await timed(one, event, count);
      await timed(other, event, count);
      const ours: number[] = [];
      const theirs: number[] = [];
      const overheads: number[] = [];
      // In turn: what else the machine does meets both alike.
      for (let round = 0; round < ROUNDS; round += 1) {
        ours.push(percentile(await timed(one, event, count), 50));
        theirs.push(percentile(await timed(other, event, count), 50));
        overheads.push((ours.at(-1) ?? 0) - (theirs.at(-1) ?? 0));
      }
      const base = { bench: NAME, case: name, unit: 'ms' };
      report({
        ...base,
        metric: 'event',
        ...measured(ours),
        note: `empty handler: ${tidy(percentile(theirs, 50))} ms`,
      });
      report({ ...base, metric: 'overhead', ...measured(overheads), ...(target === undefined ? {} : { target }) });
      progress(`${name}: ${ours.at(-1)?.toFixed(2)} ms, empty handler ${theirs.at(-1)?.toFixed(2)} ms`);
    }
  } finally {
    await one.close();
    await other.close();
  }
}

async function streams({ faasm, environment }: BenchCode, { report }: BenchContext): Promise<void> {
  const sandbox = await startLambdaSandbox({ code: faasm, handler: 'streamHandler', environment });
  try {
    const stream = async (sizeBytes: number): Promise<number> => {
      const request = new Request('https://faasm.test/v1/invoke/demo/bytes?stream=1', {
        method: 'POST',
        headers: { authorization: `Bearer ${LAMBDA_TOKEN}` },
        body: Uint8Array.from(new Uint8Array(Uint32Array.of(sizeBytes).buffer)),
      });
      let receivedBytes = 0;
      const onChunk = (chunk: Buffer): void => {
        receivedBytes += chunk.length;
      };
      const before = performance.now();
      const { functionError } = await sandbox.api.invoke(JSON.stringify(await eventOf('function-url', request)), {
        onChunk,
      });
      if (functionError !== undefined || receivedBytes < sizeBytes) throw new Error(`Only ${receivedBytes} bytes came`);
      return performance.now() - before;
    };
    await stream(MIB);
    const before = peakMemoryBytes(sandbox.process.pid);
    const times = [await stream(STREAMED_BYTES)];
    const grownBytes = peakMemoryBytes(sandbox.process.pid) - before;
    for (let left = ROUNDS - 1; left > 0; left -= 1) times.push(await stream(STREAMED_BYTES));
    const allBytes = peakMemoryBytes(sandbox.process.pid) - before;
    const base = { bench: NAME, case: 'stream-64mb', samples: 1, unit: 'MiB' };
    report({ ...base, metric: 'time', unit: 'ms', ...measured(times) });
    report({
      ...base,
      metric: 'memoryGrown',
      value: tidy(grownBytes / MIB),
      note: 'peak, the output that is kept included',
    });
    report({ ...base, metric: 'memoryGrownLater', value: tidy(allBytes / MIB), note: `after ${ROUNDS} of them` });
  } finally {
    await sandbox.close();
  }
}

/** Producers and consumers in events of their own, at the same time in several threads: they share regions. */
async function together({ faasm, environment }: BenchCode, { report }: BenchContext): Promise<void> {
  const sandbox = await startLambdaSandbox({
    code: faasm,
    environment: {
      ...environment,
      AWS_LAMBDA_MAX_CONCURRENCY: String(2 * PAIRS),
      AWS_LAMBDA_NODEJS_WORKER_COUNT: String(THREADS),
      UV_THREADPOOL_SIZE: String(THREADS + 8),
    },
  });
  try {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = performance.now();
      const calls = Array.from({ length: 2 * PAIRS }, (_, index) => {
        const input = `${ITEMS} ring-${index >> 1}`;
        return askLambda(sandbox, {
          user: 'demo',
          function: index % 2 === 0 ? 'produce' : 'consume',
          input_data: input,
        });
      });
      const sums = (await Promise.all(calls)).map((answer) => /sum (\d+)/.exec(JSON.stringify(answer))?.[1]);
      if (sums[0] === undefined || new Set(sums).size !== 1) throw new Error(`Wrong sums: ${sums.join(', ')}`);
      times.push(performance.now() - before);
    }
    const note = `${PAIRS} producers, ${PAIRS} consumers, ${ITEMS} items each, ${THREADS} threads of AWS's client`;
    report({ bench: NAME, case: 'concurrent-8', metric: 'time', unit: 'ms', ...measured(times), note });
  } finally {
    await sandbox.close();
  }
}
