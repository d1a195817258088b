// Kills guests on suspendable stacks and lets others of the same thread recurse without end: see layer/stack-repair.ts.
import { QUICK, runawayGuest, WAITING_LOOPS } from '../guests/runaway.ts';
import { ending, invoke, startRuntime, stopRuntime } from '../runtime.ts';
import { wat } from '../wat.ts';

const DEEP = `(module
  (func $deep (param i32 i64 f64) (result i32)
    (i32.add (call $deep (i32.add (local.get 0) (i32.const 1)) (local.get 1) (local.get 2)) (i32.const 1)))
  (func (export "main") (drop (call $deep (i32.const 0) (i64.const 1) (f64.const 1)))))`;
/** Short calls that bring a runaway back to the threads of short functions. */
const FORGIVEN_AFTER = 17;

const runtime = await startRuntime({ threads: 1 });
await runtime.upload({ user: 'demo', function: 'waiting' }, await wat(runawayGuest(WAITING_LOOPS, true)));
await runtime.upload({ user: 'demo', function: 'deep' }, await wat(DEEP));
const kills: string[] = [];
const overflows: string[] = [];
let sameThread = 0;
for (let op = 0; op < 6; op += 1) {
  for (let quick = 0; quick < FORGIVEN_AFTER; quick += 1) await invoke(runtime, 'waiting', [QUICK]);
  const killed = await invoke(runtime, 'waiting', [op % 2], { timeoutMs: 20 });
  kills.push(ending(killed));
  const deep = await invoke(runtime, 'deep');
  overflows.push(ending(deep));
  if (deep.placement.thread === killed.placement.thread) sameThread += 1;
}
console.log(JSON.stringify({ kills, overflows, sameThread }));
await stopRuntime(runtime);
