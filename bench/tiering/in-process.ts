// Child of the tiering bench; its budget comes on Node's command line, which the runtime leaves alone.
import { readFile } from 'node:fs/promises';
import { createRuntime } from '../../src/index.ts';
import { childInput } from '../harness/child.ts';
import { percentile } from '../harness/statistics.ts';
import { wat } from '../harness/wat.ts';
import { COMPUTE, COSTLY_LOOPS } from './guests.ts';

/** What the child is asked. */
export interface TieringOrder {
  readonly interpreter: string;
  /** Kills of each costly loop. */
  readonly kills: number;
}

/** CPU in ms of all threads of the process, lateness in ms. */
export interface TieringAnswer {
  /** From the upload to the end of the first calls: compilation, zygote, calls. */
  readonly interpreterFirstCpu: number;
  /** A later call of the same script. */
  readonly interpreterLaterCpu: number;
  readonly computeFirstCpu: number;
  readonly computeCpu: number;
  readonly lateness: Readonly<Record<string, readonly number[]>>;
}

const FIRST_CALLS = 20;
const LATER_CALLS = 200;
const COMPUTE_CALLS = 5;
const TIMEOUT_MS = 100;
const SCRIPT =
  "let n = 0; for (let i = 0; i < 2000; i++) n += String(i).length; catalogue[n % 100].name.length > 0 ? 'ok' : ''";
const CALLER = { principal: { user: '*', kind: 'admin' }, user: 'demo' } as const;

const { interpreter, kills } = childInput<TieringOrder>();
const runtime = await createRuntime({ layer: 'native', threads: 1 });

async function call(name: string, input = '', timeoutMs = 60_000): Promise<string> {
  const result = await runtime.invoke({ ...CALLER, function: name, input: new TextEncoder().encode(input), timeoutMs });
  return result.error?.code ?? Buffer.from(await result.output.bytes()).toString();
}

/** CPU in ms that `work` takes. */
async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function scripts(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) {
    const output = await call('interpreter', SCRIPT);
    if (output !== 'ok') throw new Error(`interpreter: ${output}`);
  }
}

const wasm = await readFile(interpreter);
const interpreterFirstCpu = await cpuMs(async () => {
  await runtime.upload({ user: 'demo', function: 'interpreter' }, wasm);
  await scripts(FIRST_CALLS);
});
await scripts(LATER_CALLS);
const interpreterLaterCpu = (await cpuMs(() => scripts(LATER_CALLS))) / LATER_CALLS;

await runtime.upload({ user: 'demo', function: 'compute' }, await wat(COMPUTE));
const compute = async (): Promise<void> => {
  const output = await call('compute');
  if (output !== '') throw new Error(`compute: ${output}`);
};
const computeFirstCpu = await cpuMs(compute);
await compute();
const computed: number[] = [];
for (let left = COMPUTE_CALLS; left > 0; left -= 1) computed.push(await cpuMs(compute));

const lateness: Record<string, number[]> = {};
for (const [name, text] of Object.entries(COSTLY_LOOPS)) {
  const late: number[] = [];
  for (let round = 0; round < kills; round += 1) {
    await runtime.upload({ user: 'demo', function: name }, await wat(text(round)));
    const start = performance.now();
    const ending = await call(name, '', TIMEOUT_MS);
    late.push(performance.now() - start - TIMEOUT_MS);
    if (ending !== 'TIMEOUT') throw new Error(`${name} ended with ${ending}`);
  }
  lateness[name] = late;
}
await runtime.close({ graceMs: 0 });
const answer: TieringAnswer = {
  ...{ interpreterFirstCpu, interpreterLaterCpu, computeFirstCpu },
  computeCpu: percentile(computed, 50),
  lateness,
};
console.log(JSON.stringify(answer));
process.exit(0);
