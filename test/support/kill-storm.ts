import { NEIGHBOUR, neighbourKey, neighbourResult, neighbourState } from './guests/neighbour.ts';
import { LOOPS, QUICK, runawayGuest, WAITING_LOOPS } from './guests/runaway.ts';
import { ending, inParallel, invoke, outputWords, randomNumbers, type TestRuntime } from './runtime.ts';
import { wat } from './wat.ts';

/** What a storm of kills among neighbours came to. */
export interface StormReport {
  readonly kills: number;
  /** Kills on a thread that held neighbours. */
  readonly sharedKills: number;
  readonly worstMs: number;
  /** The same in CPU time of the call: what it used beyond its limit, however busy the machine was. */
  readonly worstCpuMs: number;
  readonly worstLoop: string;
  /** Calls that did not end as they should, neighbours among them. */
  readonly wrong: readonly string[];
  readonly neighbours: number;
}

const NEIGHBOURS = 100;
/** Of those, so many work in regions of their own. */
const IN_REGIONS = 25;
/** Short calls in a row after which the scheduler puts a function on shared threads again (FunctionProfile). */
const FORGIVEN_AFTER = 17;
const LANES = 6;

const LIMITS = { memoryBytes: 16 * 1024 * 1024 };
const LANE_LOOPS = [LOOPS, WAITING_LOOPS].map((loops) => Object.keys(loops));

/** Uploads what {@link killStorm} calls. */
export async function prepareStorm(runtime: TestRuntime): Promise<void> {
  await runtime.upload({ user: 'storm', function: 'neighbour' }, await wat(NEIGHBOUR));
  const modules = [await wat(runawayGuest(LOOPS, false)), await wat(runawayGuest(WAITING_LOOPS, true))];
  for (let lane = 0; lane < LANES; lane += 1) {
    const wasm = modules[lane % 2] as Uint8Array;
    await runtime.upload({ user: 'storm', function: `lane${lane}` }, wasm, { limits: LIMITS });
  }
}

/** Ends `kills` runaways, one way after the other, while 100 suspended neighbours live on the same threads. */
export async function killStorm(runtime: TestRuntime, kills: number): Promise<StormReport> {
  const wrong: string[] = [];
  let over = false;
  let neighbours = 0;
  /** Threads on which neighbours have been seen. */
  const homes = new Set<number>();
  const neighbour = async (index: number): Promise<void> => {
    for (let life = 1; !over; life += 1) {
      const seed = index * 1000 + life;
      const region = index < IN_REGIONS ? index + 1 : 0;
      const result = await invoke(runtime, 'neighbour', [seed, 5, 20, region], { user: 'storm' });
      homes.add(result.placement.thread);
      const expected = neighbourResult(seed, 5);
      const [found] = await outputWords(result);
      if (found !== expected) wrong.push(`neighbour ${index}: ${ending(result)} ${result.error?.message} ${found}`);
      if (region > 0) {
        const state = await runtime.state.get('storm', neighbourKey(region));
        const right = state !== undefined && Buffer.compare(state, neighbourState(expected)) === 0;
        if (!right) wrong.push(`neighbour ${index}: its state is not what it wrote`);
      }
      neighbours += 1;
    }
  };
  const lives = Promise.all(Array.from({ length: NEIGHBOURS }, (_, index) => neighbour(index)));

  let sharedKills = 0;
  let worstCpuMs = 0;
  let worst = { ms: 0, loop: '' };
  await inParallel(LANES, LANES, async (lane) => {
    const random = randomNumbers(lane);
    const loops = LANE_LOOPS[lane % 2] ?? [];
    for (let kill = lane; kill < kills; kill += LANES) {
      for (let quick = 0; quick < FORGIVEN_AFTER; quick += 1) {
        const result = await invoke(runtime, `lane${lane}`, [QUICK], { user: 'storm' });
        if (ending(result) !== 'success') wrong.push(`quick call: ${result.error?.code} ${result.error?.message}`);
      }
      const loop = random(loops.length);
      const timeoutMs = 5 + random(5);
      const result = await invoke(runtime, `lane${lane}`, [loop], { user: 'storm', timeoutMs });
      if (ending(result) !== 'TIMEOUT') wrong.push(`${loops[loop]}: ${ending(result)} ${result.error?.message}`);
      if (homes.has(result.placement.thread)) sharedKills += 1;
      const late = result.times.runMs - timeoutMs;
      worstCpuMs = Math.max(worstCpuMs, (result.times.cpuMs ?? 0) - timeoutMs);
      if (late > worst.ms) worst = { ms: late, loop: loops[loop] ?? '' };
    }
  });
  over = true;
  await lives;
  return { kills, sharedKills, worstMs: worst.ms, worstCpuMs, worstLoop: worst.loop, wrong, neighbours };
}
