import { afterEach, expect, it } from '@jest/globals';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import { begun, ending, invoke, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const PAGE = 65_536;
const PAGES = 40;
/** Enough for the proto-function and one Faaslet, or one value, of that size. */
const HOST_PAGES = 100;

/** Says that it has begun, and sleeps for so many ms as the input says. */
const LARGE = `(module ${hostImports('read_input', 'fd_write', 'poll_oneoff')} (memory ${PAGES}) ${INPUT} ${PRINT} ${SLEEP}
  (func (export "main") (result i32)
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 1)))
    (call $sleep (call $input (i32.const 0))) (i32.const 0)))`;
/** Maps a value of that size. */
const MAPS = `(module ${hostImports('state_ptr')} (memory 1) (data (i32.const 600) "key\\00")
  (func (export "main") (result i32)
    (i32.load (call $state_ptr (i32.const 600) (i32.const ${PAGES * PAGE})))))`;

let runtime: TestRuntime;
afterEach(() => stopRuntime(runtime));

async function start(): Promise<void> {
  const memoryBytes = HOST_PAGES * PAGE;
  // One user may have all of it.
  runtime = await startRuntime({ threads: 2, budgets: { memoryBytes }, users: { memoryBytes } });
  await runtime.upload({ user: 'demo', function: 'large' }, await wat(LARGE));
  await runtime.upload({ user: 'demo', function: 'maps' }, await wat(MAPS));
  // Makes the proto-function; two calls at once may make two of them.
  expect(ending(await invoke(runtime, 'large', [1]))).toBe('success');
}

it('a call waits for the memory of one that is about to end', async () => {
  await start();
  // It waits for a second at most: several attempts, for a machine that has no time for them in that second.
  const attempt = async () =>
    (await Promise.all([100, 100, 100].map((ms) => invoke(runtime, 'large', [ms])))).map(ending);
  let endings = await attempt();
  for (let more = 0; more < 20 && endings.includes('HOST_OVERLOADED'); more += 1) endings = await attempt();
  expect(endings).toEqual(['success', 'success', 'success']);
});

it('state that nobody uses gives way to a call, and Faaslets that nobody uses to state', async () => {
  await start();
  await runtime.state.set('demo', 'key', new Uint8Array(PAGES * PAGE));
  for (let round = 0; round < 3; round += 1) {
    expect(ending(await invoke(runtime, 'maps', []))).toBe('success');
    expect(ending(await invoke(runtime, 'large', [1]))).toBe('success');
  }
});

it('where nothing gives way, calls are refused', async () => {
  await start();
  const long = await runtime.start(request('large', [60_000]));
  await begun(long);
  const others = await Promise.all(Array.from({ length: 20 }, () => invoke(runtime, 'large', [1])));
  expect(new Set(others.map(ending))).toEqual(new Set(['HOST_OVERLOADED']));
  runtime.cancel(long.id);
  expect(ending(await long.result)).toBe('CANCELLED');
  expect(ending(await invoke(runtime, 'large', [1]))).toBe('success');
});
