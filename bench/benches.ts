import { faaslet } from './faaslet/bench.ts';
import type { Bench } from './harness/bench.ts';
import { http } from './http/bench.ts';

/** All benches, in the order in which they are listed and run. */
export const BENCHES: readonly Bench[] = [faaslet, http];
