// Blocks many calls at once, each with its own memory, a copy-on-write image and two regions: they sleep until all that
// the host takes are there. Arguments: how many calls, and for how many ms each sleeps before it looks again.
import { hostImports, INPUT, PRINT, SLEEP } from '../guests/host-imports.ts';
import { mappingCount } from '../process-facts.ts';
import { begun, ending, invoke, request, sleep, startRuntime, stopRuntime } from '../runtime.ts';
import { wat } from '../wat.ts';

/** What the scenario reports. */
export interface BlockedReport {
  /** How many calls ended how. */
  readonly endings: Readonly<Record<string, number>>;
  readonly wrong: number;
  /** Calls that were held at once. */
  readonly running: number;
  /** Kernel mappings added while they were held, and what the budget took them for. */
  readonly mappings: number;
  readonly estimate: number;
  readonly limit: number;
  /** Calls that succeeded afterwards, of 20. */
  readonly after: number;
  readonly threads: number;
}

const [count = 2000, sleepMs = 3000] = process.argv.slice(2).map(Number);
const PAGES = 12;
/** Nothing moves when so little changes within so many ms: those that wake give their stacks back for a moment. */
const SETTLED_MS = 300;
const SETTLED_MAPPINGS = 50;
/** Longest that a call may be held, and that the host may need to take all calls. */
const HELD_MS = 250_000;
/** What the calls wait for: a word that is not 0. Written by the host, which may have no room for another call. */
const setGate = (word: number) => runtime.state.set('demo', 'gate', Uint8Array.of(word, 0, 0, 0));
/**
 * Input: number, ms to sleep at a time. Writes its number all over its memory and into its own word of the region, says
 * so, sleeps until the gate is open, and answers whether all is as it was.
 */
const GUEST = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff', 'state_ptr')}
  (memory ${PAGES})
  (data (i32.const 600) "key \\00") (data (i32.const 610) "gate\\00") (data (i32.const 700000) "image")
  ${INPUT} ${PRINT} ${SLEEP}
  (func (export "main") (result i32)
    (local $number i32) (local $word i32) (local $gate i32)
    (local.set $number (call $input (i32.const 0)))
    (local.set $gate (call $state_ptr (i32.const 610) (i32.const 4)))
    (i32.store8 (i32.const 603) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 64))))
    (local.set $word (i32.add (call $state_ptr (i32.const 600) (i32.const 65536))
      (i32.shl (i32.and (local.get $number) (i32.const 0x3fff)) (i32.const 2))))
    (i32.store (local.get $word) (local.get $number))
    (i32.store (i32.const 400000) (local.get $number))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 1)))
    (loop $wait
      (call $sleep (call $input (i32.const 1)))
      (br_if $wait (i32.eqz (i32.load (local.get $gate)))))
    (i32.or
      (i32.ne (i32.load (local.get $word)) (local.get $number))
      (i32.or
        (i32.ne (i32.load (i32.const 400000)) (local.get $number))
        (i32.ne (i32.load8_u (i32.const 700000)) (i32.const 105))))))`;

const runtime = await startRuntime({ queueLimit: count, limits: { memoryBytes: 2 * 1024 * 1024 } });
await runtime.upload({ user: 'demo', function: 'blocked' }, await wat(GUEST));
await setGate(1);
for (let index = 0; index < 4; index += 1) await invoke(runtime, 'blocked', [index, 1]);
await setGate(0);
const budget = () => runtime.info().budgets.mappings;
const [mappingsBefore, estimateBefore] = [mappingCount(), budget().used];

const endings: Record<string, number> = {};
let wrong = 0;
const started = await Promise.all(
  Array.from({ length: count }, (_, index) =>
    runtime.start(request('blocked', [index, sleepMs], { timeoutMs: HELD_MS })),
  ),
);
const calls = started.map(async (call) => {
  const result = await call.result;
  const end = ending(result);
  endings[end] = (endings[end] ?? 0) + 1;
  if (end === 'success' && result.returnValue !== 0) wrong += 1;
});
await Promise.all(started.map(begun));
const deadline = Date.now() + HELD_MS;
// When all are blocked or refused, nothing moves, and what is counted belongs together.
for (let [used, last] = [0, -1]; Date.now() < deadline; last = used) {
  await sleep(SETTLED_MS);
  used = budget().used;
  if (runtime.info().queued === 0 && Math.abs(used - last) < SETTLED_MAPPINGS) break;
}
const held = {
  running: runtime.info().running,
  estimate: budget().used - estimateBefore,
  mappings: mappingCount() - mappingsBefore,
};
await setGate(1);
await Promise.all(calls);
let after = 0;
for (let index = 0; index < 20; index += 1) {
  if (ending(await invoke(runtime, 'blocked', [index, 1])) === 'success') after += 1;
}
const report: BlockedReport = {
  endings,
  wrong,
  ...held,
  limit: budget().limit,
  after,
  threads: runtime.info().threads,
};
console.log(JSON.stringify(report));
await stopRuntime(runtime);
