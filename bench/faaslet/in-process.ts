// Child of the faaslet bench: one case on one layer in a process of its own, so that nothing else is counted.
import { readFile } from 'node:fs/promises';
import { createRuntime, type Runtime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { percentile } from '../harness/statistics.ts';
import type { FaasletCase } from './cases.ts';

/** What the child is asked. */
export interface FaasletOrder {
  readonly test: FaasletCase;
  readonly file: string;
  readonly layer: 'native' | 'portable';
  readonly calls: number;
  readonly rounds: number;
  readonly inFlight: number;
  readonly latencyCalls: number;
}

/** What it measured: CPU in us per call for each round, latency in us. */
export interface FaasletAnswer {
  readonly cpuPerCall: readonly number[];
  readonly guestCpuPerCall: readonly number[];
  readonly latencyP50: number;
  readonly latencyP99: number;
  readonly starts: Readonly<Record<string, number>>;
}

/** Calls before the first repetition, in repetitions. */
const WARM_UP = 3;
const PRINCIPAL = { user: '*', kind: 'admin' } as const;

/** `count` calls, `inFlight` at a time; each must succeed with the expected output. Answers the sum of their CPU in us. */
async function run(runtime: Runtime, test: FaasletCase, count: number, inFlight: number, starts: Map<string, number>) {
  const input = new TextEncoder().encode(test.input);
  let left = count;
  let guestUs = 0;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const result = await runtime.invoke({ principal: PRINCIPAL, user: 'demo', function: test.function, input });
      const output = Buffer.from(await result.output.bytes()).toString();
      if (result.status !== 'success' || output !== test.output)
        throw new Error(`${test.function}: ${JSON.stringify(result.error)} ${output}`);
      guestUs += (result.times.cpuMs ?? Number.NaN) * 1000;
      starts.set(result.start, (starts.get(result.start) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  return guestUs;
}

async function latencies(runtime: Runtime, test: FaasletCase, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let left = count; left > 0; left -= 1) {
    const start = performance.now();
    await run(runtime, test, 1, 1, new Map());
    times.push((performance.now() - start) * 1000);
  }
  return times;
}

const { test, file, layer, calls, rounds, inFlight, latencyCalls } = childInput<FaasletOrder>();
const runtime = await createRuntime({ layer });
await runtime.upload({ user: 'demo', function: test.function }, await readFile(file));
// Until the optimising compilers have done their work.
await run(runtime, test, WARM_UP * calls, inFlight, new Map());

const starts = new Map<string, number>();
const cpuPerCall: number[] = [];
const guestCpuPerCall: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const before = process.cpuUsage();
  const guestUs = await run(runtime, test, calls, inFlight, starts);
  const { user, system } = process.cpuUsage(before);
  cpuPerCall.push((user + system) / calls);
  guestCpuPerCall.push(guestUs / calls);
}
const times = await latencies(runtime, test, latencyCalls);
await runtime.close();
const answer: FaasletAnswer = {
  cpuPerCall,
  guestCpuPerCall,
  latencyP50: percentile(times, 50),
  latencyP99: percentile(times, 99),
  starts: Object.fromEntries(starts),
};
console.log(JSON.stringify(answer));
process.exit(0);
