import type { Bench, BenchContext } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { type Figure, measured, tidy } from '../harness/figure.ts';
import { prepareInterpreter, prepareSamples, sampleFile } from '../harness/samples.ts';
import { FAASLET_CASES, type FaasletCase } from './cases.ts';
import type { FaasletAnswer, FaasletOrder } from './in-process.ts';

const NAME = 'faaslet';
const CHILD = new URL('in-process.ts', import.meta.url);
/** Processes per case, and repetitions in each. */
const PROCESSES = 3;
const ROUNDS = 3;
const IN_FLIGHT = 64;
const LATENCY_CALLS = 1000;

/** CPU per clean call on the product path, for both memory layers. */
export const faaslet: Bench = {
  name: NAME,
  summary: 'CPU per clean call (all threads), guest share and latency, native and portable layer',
  async run(context) {
    await prepareSamples(context.progress);
    const interpreter = await prepareInterpreter(context.progress);
    for (const test of FAASLET_CASES) {
      const file = test.function === 'interpreter' ? interpreter : sampleFile(test.function);
      const native = await measure(context, test, file, 'native');
      await measure(context, test, file, 'portable', native);
    }
  },
};

/** Measures a case on a layer and reports; answers its CPU per call. */
async function measure(
  { report, progress }: BenchContext,
  test: FaasletCase,
  file: string,
  layer: 'native' | 'portable',
  native?: number,
): Promise<number> {
  const name = layer === 'native' ? test.name : `${test.name}-portable`;
  const answers: FaasletAnswer[] = [];
  for (let child = 0; child < PROCESSES; child += 1) {
    const order: FaasletOrder = {
      ...{ test, file, layer, calls: test.calls[layer] },
      ...{ rounds: ROUNDS, inFlight: IN_FLIGHT, latencyCalls: Math.min(LATENCY_CALLS, test.calls[layer]) },
    };
    const answer = await runChild<FaasletAnswer>(CHILD, order);
    progress(`${name}: ${answer.cpuPerCall.map((us) => us.toFixed(1)).join(' ')} us; ${JSON.stringify(answer.starts)}`);
    answers.push(answer);
  }
  const figure = (metric: string, values: readonly number[], more: Partial<Figure> = {}): Figure => ({
    ...{ bench: NAME, case: name, metric, ...measured(values), unit: 'us', layer, ...more },
  });
  const cpu = figure(
    'cpuPerCall',
    answers.flatMap((answer) => answer.cpuPerCall),
    { note: startNote(answers) },
  );
  if (native === undefined) report({ ...cpu, target: test.targetUs });
  else report({ ...cpu, rival: 'native', ratio: tidy(cpu.value / native) });
  if (layer === 'native') {
    report(
      figure(
        'guestCpuPerCall',
        answers.flatMap((answer) => answer.guestCpuPerCall),
      ),
    );
  }
  report(
    figure(
      'latencyP50',
      answers.map((answer) => answer.latencyP50),
    ),
  );
  report(
    figure(
      'latencyP99',
      answers.map((answer) => answer.latencyP99),
    ),
  );
  return cpu.value;
}

/** How the Faaslets began, by share. */
function startNote(answers: readonly FaasletAnswer[]): string {
  const sums = new Map<string, number>();
  for (const { starts } of answers)
    for (const [kind, count] of Object.entries(starts)) sums.set(kind, (sums.get(kind) ?? 0) + count);
  const total = [...sums.values()].reduce((a, b) => a + b, 0);
  return [...sums].map(([kind, count]) => `${kind} ${((100 * count) / total).toFixed(1)} %`).join(', ');
}
