import { afterEach, describe, expect, it } from '@jest/globals';
import type { RuntimeOptions } from '../../src/index.ts';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import { ending, invoke, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

const PAGE = 65_536;
const DEMO = { user: 'demo', function: 'f' };
const OTHER = { user: 'other', function: 'f' };

/** Input: pages to grow by, ms to sleep then. Returns 1 where it gets no memory, or loops for ever with 99. */
const GUEST = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff')}
  (memory 1)
  ${INPUT} ${PRINT} ${SLEEP}
  (func (export "main") (result i32)
    (if (i32.eq (call $input (i32.const 0)) (i32.const 99)) (then (loop $ever (br $ever))))
    (if (i32.lt_s (memory.grow (call $input (i32.const 0))) (i32.const 0)) (then (return (i32.const 1))))
    (call $sleep (call $input (i32.const 1)))
    (i32.const 0)))`;

let runtime: TestRuntime;
afterEach(() => stopRuntime(runtime));

async function start(options: RuntimeOptions): Promise<void> {
  runtime = await startRuntime(options);
  await runtime.upload(DEMO, await wat(GUEST));
  await runtime.upload(OTHER, await wat(GUEST));
}

describe('calls of one user under way', () => {
  it('are as many as the host allows, of all its functions together; others are not concerned', async () => {
    await start({ users: { concurrency: 3 } });
    await runtime.upload({ user: 'demo', function: 'g' }, await wat(GUEST));
    const names = ['f', 'g', 'f'];
    const running = await Promise.all(names.map((name) => runtime.start(request(name, [0, 60_000]))));
    const refused = runtime.start(request('g', [0, 0]));
    await expect(refused).rejects.toMatchObject({ code: 'CONCURRENCY_LIMIT', status: 429, retryable: true });
    await expect(refused).rejects.toThrow('User demo has 3 calls under way');
    expect(ending(await invoke(runtime, 'f', [0, 0], OTHER))).toBe('success');
    runtime.cancel(running[0]?.id ?? 0);
    await running[0]?.result;
    expect(ending(await invoke(runtime, 'g', [0, 0]))).toBe('success');
  });

  it('that wait leave room in the queue for calls of others', async () => {
    await start({ threads: 1, queueLimit: 20 });
    for (const one of [DEMO, OTHER]) await invoke(runtime, 'f', [0, 0], one);
    // A loop on every thread that there may be.
    const calls = await Promise.all(
      Array.from({ length: 8 }, () => runtime.start(request('f', [99], { timeoutMs: 60_000 }))),
    );
    /** Calls until one is refused; answers how many were not. */
    const fill = async (user: string): Promise<number> => {
      for (let count = 0; ; count += 1) {
        try {
          calls.push(await runtime.start(request('f', [99], { user, timeoutMs: 60_000 })));
        } catch (error) {
          expect(error).toMatchObject({ code: 'QUEUE_FULL' });
          return count;
        }
      }
    };
    await fill('demo');
    // A thread that has come late may have taken some of them; all that are there are of the one user.
    expect(runtime.info().queued).toBe(20);
    // Half of what is left, and as much again is left for a third one.
    expect(await fill('other')).toBeGreaterThanOrEqual(10);
    for (const { id } of calls) runtime.cancel(id);
    await Promise.all(calls.map(({ result }) => result));
    expect(runtime.info()).toMatchObject({ queued: 0, running: 0 });
  });
});

describe('a user', () => {
  it('does not wait for another one whose calls never stop coming, whatever they are', async () => {
    await start({ threads: 1 });
    const names = Array.from({ length: 8 }, (_, index) => `noisy${index}`);
    for (const name of names) await runtime.upload({ user: 'demo', function: name }, await wat(GUEST));
    for (const one of [DEMO, OTHER]) for (let time = 0; time < 3; time += 1) await invoke(runtime, 'f', [0, 0], one);
    let over = false;
    const callers = Array.from({ length: 400 }, async (_, index) => {
      // Now and then one that looked like the others runs away.
      for (let call = 0; !over; call += 1) {
        const input = index === 0 && call % 20 === 0 ? [99] : [0, 0];
        await invoke(runtime, names[index % names.length] ?? '', input, { timeoutMs: 300 });
      }
    });
    await until(() => runtime.info().queued > 100);
    // One that waits until the others stop never ends.
    for (let call = 0; call < 20; call += 1) expect(ending(await invoke(runtime, 'f', [0, 0], OTHER))).toBe('success');
    over = true;
    await Promise.all(callers);
    expect(runtime.info()).toMatchObject({ queued: 0, running: 0 });
  });
});

describe.each(['native', 'portable'] as const)('memory of the calls of one user, %s layer', (layer) => {
  it('is bounded; what they cannot have is refused, and there again when they have ended', async () => {
    await start({ layer, users: { memoryBytes: 40 * PAGE } });
    for (const one of [DEMO, OTHER]) await invoke(runtime, 'f', [0, 0], one);
    const idle = runtime.info().budgets.memoryBytes.used;
    // Grants double: a heap of 1 and 15 pages has 16.
    const holders = await Promise.all([1, 2].map(() => runtime.start(request('f', [15, 60_000]))));
    await until(() => runtime.info().budgets.memoryBytes.used >= idle + 30 * PAGE);
    const small = await invoke(runtime, 'f', [7, 0]);
    expect([ending(small), small.returnValue]).toEqual(['success', 0]);
    const large = await invoke(runtime, 'f', [20, 0]);
    expect(large.returnValue).toBe(1);
    const other = await invoke(runtime, 'f', [20, 0], OTHER);
    expect([ending(other), other.returnValue]).toEqual(['success', 0]);

    // One more than there is room for.
    const sleepers = await Promise.all(Array.from({ length: 9 }, () => runtime.start(request('f', [0, 60_000]))));
    const refused = await Promise.race(sleepers.map(({ result }) => result));
    expect(ending(refused)).toBe('CONCURRENCY_LIMIT');
    expect(refused.error?.message).toContain(`${40 * PAGE} bytes (FAASM_USER_MEMORY_BYTES)`);
    expect(ending(await invoke(runtime, 'f', [0, 0], OTHER))).toBe('success');

    for (const { id } of [...holders, ...sleepers]) runtime.cancel(id);
    await Promise.all([...holders, ...sleepers].map(({ result }) => result));
    const after = await invoke(runtime, 'f', [20, 0]);
    expect([ending(after), after.returnValue]).toEqual(['success', 0]);
  });

  it('is given back by a thread that is lost', async () => {
    await start({ layer, threads: 1, users: { memoryBytes: 8 * PAGE } });
    for (let round = 0; round < 12; round += 1) {
      const lost = await invoke(runtime, 'f', [99], { timeoutMs: 20 });
      expect(ending(lost)).toBe('TIMEOUT');
      const after = await invoke(runtime, 'f', [5, 0]);
      expect([ending(after), after.returnValue]).toEqual(['success', 0]);
    }
  });
});

describe('what the host keeps for a call', () => {
  /** Writes 64 KiB to a descriptor again and again, as often as its input says. */
  const WRITER = `(module
    ${hostImports('read_input', 'fd_write', 'path_open')}
    (memory 2)
    (data (i32.const 600) "tmp/file")
    ${INPUT} ${PRINT}
    (func (export "main") (result i32)
      (local $fd i32) (local $left i32)
      (local.set $fd (call $input (i32.const 0)))
      (local.set $left (call $input (i32.const 1)))
      (if (i32.gt_u (local.get $fd) (i32.const 2)) (then
        (if (call $path_open (i32.const 3) (i32.const 0) (i32.const 600) (i32.const 8) (i32.const 1)
            (i64.const 66) (i64.const 0) (i32.const 0) (i32.const 1024)) (then unreachable))
        (local.set $fd (i32.load (i32.const 1024)))))
      (loop $more
        (if (call $print (local.get $fd) (i32.const 65536) (i32.const 65536)) (then (return (i32.const 51))))
        (br_if $more (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (i32.const 0)))`;

  it.each([
    ['output', 1, 'HOST_OVERLOADED'],
    ['log', 2, 'HOST_OVERLOADED'],
    // The program sees ENOSPC.
    ['files', 3, 'FUNCTION_FAILED'],
  ])('counts for its user: %s', async (_, descriptor, code) => {
    await start({ users: { memoryBytes: 32 * PAGE }, limits: { logBytes: 2 ** 30, outputBytes: 2 ** 30 } });
    await runtime.upload({ user: 'demo', function: 'writer' }, await wat(WRITER));
    for (let round = 0; round < 3; round += 1) {
      expect(ending(await invoke(runtime, 'writer', [descriptor, 20]))).toBe('success');
      expect(ending(await invoke(runtime, 'writer', [descriptor, 40]))).toBe(code);
    }
    expect((await invoke(runtime, 'f', [29, 0])).returnValue).toBe(0);
  });
});

describe('the host as a whole', () => {
  it('refuses what exceeds its memory, and takes calls again afterwards', async () => {
    await start({ budgets: { memoryBytes: 64 * PAGE }, users: { memoryBytes: 1024 * PAGE } });
    for (const one of [DEMO, OTHER]) await invoke(runtime, 'f', [0, 0], one);
    const endings = new Map<string, number>();
    const users = ['demo', 'other'];
    const calls = Array.from({ length: 400 }, async (_, index) => {
      const result = await invoke(runtime, 'f', [0, 300], { user: users[index % 2] as string });
      endings.set(ending(result), (endings.get(ending(result)) ?? 0) + 1);
    });
    await Promise.all(calls);
    expect([...endings.keys()].toSorted()).toEqual(['HOST_OVERLOADED', 'success']);
    expect(endings.get('success')).toBeGreaterThanOrEqual(50);
    // What idle Faaslets keep on other threads is given back a moment later.
    await until(() => runtime.info().budgets.memoryBytes.used < 52 * PAGE);
    for (const one of [DEMO, OTHER]) expect(ending(await invoke(runtime, 'f', [7, 0], one))).toBe('success');
  });
});

describe('what a function may ask for', () => {
  const ceilings = { timeoutMs: 1000, memoryBytes: 4 * PAGE, concurrency: 50 };

  it.each([
    ['limits.timeoutMs', { timeoutMs: 1001 }, 'FAASM_MAX_FUNCTION_TIMEOUT_MS'],
    ['limits.memoryBytes', { memoryBytes: 5 * PAGE }, 'FAASM_MAX_FUNCTION_MEMORY_BYTES'],
    ['limits.concurrency', { concurrency: 51 }, 'FAASM_MAX_FUNCTION_CONCURRENCY'],
  ])('has a ceiling: %s', async (field, limits, setting) => {
    await start({ ceilings });
    const uploaded = runtime.upload(DEMO, await wat(GUEST), { limits });
    await expect(uploaded).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(uploaded).rejects.toThrow(new RegExp(`"${field}".*${setting}`));
    await expect(runtime.functions.configure(DEMO, { limits })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect((await runtime.functions.document(DEMO)).settings.limits).toBeUndefined();
  });

  it('is the ceiling where a default is more', async () => {
    await start({ ceilings, limits: { timeoutMs: 300_000 } });
    const result = await invoke(runtime, 'f', [99]);
    expect(result.error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('1000 ms') });
  });

  it('may be all of the ceiling', async () => {
    await start({ ceilings: { memoryBytes: ceilings.memoryBytes } });
    await runtime.functions.configure(DEMO, { limits: { memoryBytes: 4 * PAGE } });
    expect((await invoke(runtime, 'f', [3, 0])).returnValue).toBe(0);
    expect((await invoke(runtime, 'f', [4, 0])).returnValue).toBe(1);
  });
});

describe('functions of one user', () => {
  it('are as many as the host allows; the ones there are may be replaced', async () => {
    await start({ users: { functions: 2 } });
    const wasm = await wat(GUEST);
    const names = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.allSettled(names.map((name) => runtime.upload({ ...DEMO, function: name }, wasm)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'STORE_FULL' } });
    await runtime.upload(DEMO, wasm);
    await runtime.upload({ ...OTHER, function: 'g' }, wasm);
    await runtime.functions.remove(DEMO);
    await runtime.upload({ ...DEMO, function: 'new' }, wasm);
  });
});

it('shared files of one user are as many as the host allows; the ones there are may be replaced', async () => {
  await start({ users: { files: 2 } });
  const put = (user: string, path: string) => runtime.files.put(user, path, new Uint8Array(10));
  await put('demo', 'a');
  await put('demo', 'b');
  await expect(put('demo', 'c')).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: expect.stringContaining('FAASM_USER_FILES'),
  });
  await put('demo', 'b');
  await put('other', 'c');
  await runtime.files.remove('demo', 'a');
  await put('demo', 'c');
});
