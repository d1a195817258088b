// Merges numbers into a region of the native layer while a thread stores others: counts those that are none of them.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openLayer } from '../../../src/layer/open-layer.ts';

const PAGE = 65_536;
const COUNT = 1024;
const ROUNDS = 20_000;
const STORED = [2, -2.25] as const;
const MERGED = [1.5, 1.9375] as const;

const { layer } = openLayer('native');
if (isMainThread) await merge();
else store();

async function merge(): Promise<void> {
  const storage = layer.allocate(PAGE);
  const worker = new Worker(new URL(import.meta.url), { workerData: storage });
  await new Promise((resolve) => worker.once('message', resolve));
  const theirs = MERGED.map((number) => new Uint8Array(new Float64Array(COUNT).fill(number).buffer)) as [
    Uint8Array,
    Uint8Array,
  ];
  const found = new Float64Array(COUNT);
  const whole = new Set<number>([0, ...STORED, ...MERGED]);
  const counts = { mixed: 0, stored: 0, merged: 0 };
  // The more rounds where the other thread did not get to run in them.
  for (let round = 0; round < ROUNDS || counts.stored === 0; round += 1) {
    layer.merge(storage, 0, theirs[round % 2 === 0 ? 0 : 1]);
    layer.read(storage, 0, new Uint8Array(found.buffer));
    for (const number of found) {
      if (!whole.has(number)) counts.mixed += 1;
      else if (number === STORED[0] || number === STORED[1]) counts.stored += 1;
      else counts.merged += 1;
    }
  }
  console.log(JSON.stringify(counts));
  process.exit(0);
}

function store(): void {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  layer.mapRegion(memory.buffer as ArrayBuffer, PAGE, workerData);
  const numbers = new Float64Array(memory.buffer, PAGE, COUNT);
  parentPort?.postMessage('stores');
  for (let turn = 0; ; turn = 1 - turn) numbers.fill(STORED[turn === 0 ? 0 : 1]);
}
