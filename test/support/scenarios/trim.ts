// Frees most of many small blocks, so that hardly any page lies free at the end of the heap, and has the native layer give
// the pages between them back.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openLayer } from '../../../src/layer/open-layer.ts';
import { memoryUse } from '../process-facts.ts';
import { sleep } from '../runtime.ts';

/** What the scenario reports, in bytes of memory that the process has. */
export interface TrimReport {
  readonly freed: number;
  readonly given: number;
}

const BLOCK_BYTES = 8192;
const BLOCKS = 20_000;
/** One of so many is kept. */
const KEPT = 20;
const WAIT_MS = 120_000;

const { layer } = openLayer('native');
const blocks = Array.from({ length: BLOCKS }, () => Buffer.allocUnsafeSlow(BLOCK_BYTES).fill(1));
const kept = blocks.filter((_, index) => index % KEPT === 0);
blocks.length = 0;
setFlagsFromString('--expose-gc');
(runInNewContext('gc') as () => void)();
await sleep(500);
const before = memoryUse().rss;
layer.trim();
const freed = BLOCK_BYTES * (BLOCKS - kept.length);
const given = (): number => before - memoryUse().rss;
for (const end = Date.now() + WAIT_MS; given() < freed / 2 && Date.now() < end; ) await sleep(50);
const report: TrimReport = { freed, given: given() };
console.log(JSON.stringify(report));
