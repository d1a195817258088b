import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import { memoryUse } from '../support/process-facts.ts';
import {
  ending,
  inParallel,
  invoke,
  outputWords,
  startRuntime,
  stopRuntime,
  type TestRuntime,
  words,
} from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const MIB = 1024 * 1024;
const LARGE_BYTES = 256 * MIB;
const PATTERN = 0x5ca1ab1e;

/** Input: operation, argument, size. Its key is `shared`. */
const GUEST = `(module
  ${hostImports('read_input', 'fd_write', 'poll_oneoff', 'state_ptr', 'read_state', 'write_state', 'push_state')}
  (memory 2)
  (data (i32.const 600) "shared\\00")
  ${INPUT} ${PRINT} ${SLEEP}
  (func $put (param $value i32)
    (i32.store (i32.const 0) (local.get $value))
    (drop (call $print (i32.const 1) (i32.const 0) (i32.const 4))))
  (func (export "main") (result i32)
    (local $op i32) (local $argument i32) (local $size i32) (local $at i32) (local $end i32) (local $sum i32)
    (local.set $op (call $input (i32.const 0)))
    (local.set $argument (call $input (i32.const 1)))
    (local.set $size (call $input (i32.const 2)))
    ;; 0: two pointers to the key; 1: add 1 so many times, atomically, with sleeps between; 2: write all of it
    (if (i32.eq (local.get $op) (i32.const 0)) (then
      (call $put (call $state_ptr (i32.const 600) (local.get $size)))
      (call $put (call $state_ptr (i32.const 600) (local.get $argument)))))
    (if (i32.eq (local.get $op) (i32.const 1)) (then
      (local.set $at (call $state_ptr (i32.const 600) (local.get $size)))
      (loop $more
        (if (i32.eqz (i32.rem_u (local.get $argument) (i32.const 500))) (then (call $sleep (i32.const 1))))
        (drop (i32.atomic.rmw.add (local.get $at) (i32.const 1)))
        (br_if $more (local.tee $argument (i32.sub (local.get $argument) (i32.const 1)))))))
    (if (i32.eq (local.get $op) (i32.const 2)) (then
      (memory.fill (call $state_ptr (i32.const 600) (local.get $size)) (local.get $argument) (local.get $size))))
    ;; 3: one word of each page of the value, summed up, then a sleep with it mapped; 4: the word at an offset
    (if (i32.eq (local.get $op) (i32.const 3)) (then
      (local.set $at (call $state_ptr (i32.const 600) (local.get $size)))
      (local.set $end (i32.add (local.get $at) (local.get $size)))
      (loop $page
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (br_if $page (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (local.get $end))))
      (call $sleep (local.get $argument))
      (call $put (local.get $sum))))
    (if (i32.eq (local.get $op) (i32.const 4)) (then
      (call $put (i32.load (i32.add (call $state_ptr (i32.const 600) (i32.const 0)) (local.get $argument))))))
    ;; 5: store a word at the start through the pointer; 6: and push it; 7: write and read back by copy
    (if (i32.or (i32.eq (local.get $op) (i32.const 5)) (i32.eq (local.get $op) (i32.const 6))) (then
      (i32.store (call $state_ptr (i32.const 600) (local.get $size)) (local.get $argument))
      (if (i32.eq (local.get $op) (i32.const 6)) (then (call $push_state (i32.const 600))))))
    (if (i32.eq (local.get $op) (i32.const 7)) (then
      (i32.store (i32.const 1024) (local.get $argument))
      (call $write_state (i32.const 600) (i32.const 1024) (i32.const 8))
      (call $put (call $read_state (i32.const 600) (i32.const 2048) (i32.const 64)))
      (call $put (i32.load (i32.const 2048)))))
    ;; 8: looks for a word in all of its memory, as far as that goes; traps at its end
    (if (i32.eq (local.get $op) (i32.const 8)) (then
      (drop (call $state_ptr (i32.const 600) (i32.const 0)))
      (local.set $at (i32.const 8192))
      (loop $next
        (if (i32.eq (i32.load (local.get $at)) (local.get $argument)) (then (call $put (local.get $at)) (return (i32.const 7))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br_if $next (i32.lt_u (local.get $at) (i32.const 0xfffffffc))))))
    (i32.const 0)))`;

describe('regions', () => {
  let runtime: TestRuntime;
  let last = 0;

  beforeAll(async () => {
    runtime = await startRuntime({ limits: { memoryBytes: 4 * MIB, cpuMs: 20_000 } });
  });

  afterAll(() => stopRuntime(runtime));

  /** A user of its own for each test, and so a key of its own. */
  async function user(): Promise<string> {
    last += 1;
    const name = `user${last}`;
    await runtime.upload({ user: name, function: 'f' }, await wat(GUEST));
    return name;
  }

  const call = (name: string, ...numbers: number[]) => invoke(runtime, 'f', numbers, { user: name });

  it('gives one address for one key within a call, and the value survives the call', async () => {
    const name = await user();
    const result = await call(name, 0, 0, 100);
    const [first, second] = await outputWords(result);
    expect([ending(result), first]).toEqual(['success', second]);
    expect(first).toBeGreaterThanOrEqual(4 * MIB);
    expect(ending(await call(name, 5, 77, 100))).toBe('success');
    expect(await outputWords(await call(name, 4, 0))).toEqual([77]);
  });

  it('atomics of concurrent calls on several threads add up', async () => {
    const name = await user();
    const threads = new Set<number>();
    await inParallel(60, 60, async () => {
      const result = await call(name, 1, 5000, 64);
      expect(ending(result)).toBe('success');
      threads.add(result.placement.thread);
    });
    expect(await outputWords(await call(name, 4, 0))).toEqual([300_000]);
    expect(threads.size).toBeGreaterThan(1);
  });

  it('shares a large region between threads without a copy', async () => {
    const name = await user();
    const before = memoryUse();
    expect(ending(await call(name, 2, 1, LARGE_BYTES))).toBe('success');
    const once = memoryUse().pss - before.pss;
    const threads = new Set<number>();
    const readers = Promise.all(
      Array.from({ length: 8 }, async () => {
        const result = await call(name, 3, 300, LARGE_BYTES);
        threads.add(result.placement.thread);
        return outputWords(result);
      }),
    );
    let peak = 0;
    let over = false;
    const watch = (async () => {
      while (!over) {
        peak = Math.max(peak, memoryUse().pss - before.pss);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const sums = await readers;
    over = true;
    await watch;
    const sum = Math.imul(0x01010101, LARGE_BYTES / 4096) >>> 0;
    expect(sums).toEqual(Array(8).fill([sum]));
    console.log(
      `256 MiB region: ${(once / MIB).toFixed(0)} MiB when written, at most ${(peak / MIB).toFixed(0)} MiB ` +
        `with 8 readers on ${threads.size} threads`,
    );
    expect(once).toBeGreaterThan(0.9 * LARGE_BYTES);
    expect(peak).toBeLessThan(1.5 * LARGE_BYTES);
    expect(threads.size).toBeGreaterThan(1);
  });

  it('keeps users apart: another one has its own value for the same key and finds the first in none of its memory', async () => {
    const [one, other] = [await user(), await user()];
    await call(one, 5, PATTERN, 100_000);
    await call(other, 5, 1, 100_000);
    expect(await outputWords(await call(one, 4, 0))).toEqual([PATTERN]);
    expect(await outputWords(await call(other, 4, 0))).toEqual([1]);
    // Concurrently, on the threads and memories that the first user's calls have just used.
    await inParallel(24, 8, async (index) => {
      if (index % 2 === 0) await call(one, 5, PATTERN, 100_000);
      else {
        const found = await call(other, 8, PATTERN);
        expect([ending(found), found.returnValue]).toEqual(['GUEST_TRAP', undefined]);
      }
    });
    // The first user does find it: the search can succeed.
    expect((await call(one, 8, PATTERN)).returnValue).toBe(7);
  });

  it('refuses a pointer to more than the value holds', async () => {
    const name = await user();
    expect(ending(await call(name, 5, 1, 100))).toBe('success');
    expect(ending(await call(name, 0, 0, 101))).toBe('STATE_SIZE_MISMATCH');
    // Less is fine, and so is the value as it is.
    expect(ending(await call(name, 0, 0, 50))).toBe('success');
    expect(ending(await call(name, 0, 0, 0))).toBe('success');
  });

  it('reaches the global tier when pushed, and takes what was set there', async () => {
    const name = await user();
    expect(ending(await call(name, 5, 5, 8))).toBe('success');
    expect(await runtime.state.get(name, 'shared')).toBeUndefined();
    expect(ending(await call(name, 6, 6, 8))).toBe('success');
    expect(await runtime.state.get(name, 'shared')).toEqual(words([6, 0]));
    await runtime.state.set(name, 'shared', words([9, 1]));
    expect(await outputWords(await call(name, 4, 4))).toEqual([1]);
    // Of another size: a new region.
    await runtime.state.set(name, 'shared', words([3, 4, 5]));
    expect(await outputWords(await call(name, 4, 8))).toEqual([5]);
    const copied = await call(name, 7, 12);
    expect(await outputWords(copied)).toEqual([8, 12]);
  });
});
