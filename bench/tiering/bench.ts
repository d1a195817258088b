import type { Bench } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { measured, tidy } from '../harness/figure.ts';
import { prepareInterpreter, prepareSamples } from '../harness/samples.ts';
import type { TieringAnswer, TieringOrder } from './in-process.ts';

const NAME = 'tiering';
const CHILD = new URL('in-process.ts', import.meta.url);
/** Values of V8's flag; the first is V8's own. */
const BUDGETS = [13_000_000, 1_300_000, 130_000, 10_000, 1_000];
const PROCESSES = 3;
const KILLS = 5;

/** What V8's tiering budget costs and brings; src/executor/v8-flags.ts sets it. */
export const tiering: Bench = {
  name: NAME,
  summary: "values of V8's --wasm-tiering-budget: cost of first calls and of computing, lateness of kills",
  async run({ report, progress }) {
    await prepareSamples(progress);
    const interpreter = await prepareInterpreter(progress);
    for (const budget of BUDGETS) {
      const answers: TieringAnswer[] = [];
      for (let left = PROCESSES; left > 0; left -= 1) {
        const order: TieringOrder = { interpreter, kills: KILLS };
        const execArgv = [`--wasm-tiering-budget=${budget}`];
        answers.push(await runChild<TieringAnswer>(CHILD, order, { execArgv }));
      }
      progress(`budget ${budget}: ${JSON.stringify(answers.at(-1))}`);
      const base = { bench: NAME, case: `budget-${budget}`, unit: 'ms' };
      for (const metric of ['interpreterFirstCpu', 'interpreterLaterCpu', 'computeFirstCpu', 'computeCpu'] as const)
        report({ ...base, metric, ...measured(answers.map((answer) => answer[metric])) });
      for (const loop of Object.keys(answers[0]?.lateness ?? {})) {
        const late = answers.flatMap((answer) => answer.lateness[loop] ?? []);
        report({ ...base, metric: `latenessWorst-${loop}`, value: tidy(Math.max(...late)), samples: late.length });
      }
    }
  },
};
