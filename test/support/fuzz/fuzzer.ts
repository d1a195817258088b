import { type Random, seededRandom } from './random.ts';

/** Something that is tried with random input, over and over. */
export interface Fuzzer {
  /** As in `npm run fuzz -- --only <name>`. */
  readonly name: string;
  /** Prepares what all cases share. */
  open(): Promise<FuzzSession>;
}

/** A fuzzer at work. */
export interface FuzzSession {
  /** Tries one case; rejects with what is wrong. What it does depends on `random` alone. */
  attempt(random: Random): void | Promise<void>;
  /** What the cases came to, for people: how many were accepted, say. */
  summary(): string;
  close(): Promise<void>;
}

/** Which cases to try: those of `seed`, `seed + 1` and so on, until either bound. */
export interface FuzzPlan {
  readonly seed: number;
  readonly count?: number;
  /** Time after which no case begins; preparing does not count. */
  readonly durationMs?: number;
}

/** What {@link runFuzzer} did. */
export interface FuzzOutcome {
  readonly cases: number;
  readonly summary: string;
}

/** A case takes milliseconds; this is for one that would not end in any reasonable time. */
const CASE_MAX_MS = 30_000;

/** Tries cases one after another. Rejects at the first that fails, with its seed and what reproduces it. */
export async function runFuzzer(fuzzer: Fuzzer, plan: FuzzPlan): Promise<FuzzOutcome> {
  const { seed: first, count = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY } = plan;
  const session = await fuzzer.open();
  const deadline = performance.now() + durationMs;
  let cases = 0;
  try {
    for (; cases < count && performance.now() < deadline; cases += 1) {
      const seed = first + cases;
      const start = performance.now();
      try {
        await session.attempt(seededRandom(seed));
        const took = performance.now() - start;
        if (took > CASE_MAX_MS) throw new Error(`it took ${Math.round(took)} ms`);
      } catch (error) {
        const advice = `npm run fuzz -- --only ${fuzzer.name} --seed ${seed} --count 1`;
        throw new Error(
          `${fuzzer.name}, seed ${seed}: ${(error as Error)?.stack ?? error}\nTo see it again: ${advice}`,
        );
      }
    }
    return { cases, summary: session.summary() };
  } finally {
    await session.close();
  }
}
