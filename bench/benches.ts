import { abuse } from './abuse/bench.ts';
import { faaslet } from './faaslet/bench.ts';
import { files } from './files/bench.ts';
import type { Bench } from './harness/bench.ts';
import { http } from './http/bench.ts';
import { kills } from './kills/bench.ts';
import { lambda } from './lambda/bench.ts';
import { neighbours } from './neighbours/bench.ts';
import { start } from './start/bench.ts';
import { state } from './state/bench.ts';
import { tiering } from './tiering/bench.ts';

/** All benches, in the order in which they are listed and run. */
export const BENCHES: readonly Bench[] = [
  faaslet,
  files,
  http,
  kills,
  lambda,
  neighbours,
  state,
  tiering,
  start,
  abuse,
];
