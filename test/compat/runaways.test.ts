import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallRequest, CallResult } from '../../src/index.ts';
import { hostImports, INPUT, PRINT } from '../support/guests/host-imports.ts';
import { LOOPS, QUICK, RUNAWAY_MODULES, runawayGuest, WAITING_LOOPS } from '../support/guests/runaway.ts';
import { ending, invoke, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

/** Far above what is promised, so that a busy machine fails no test; what was measured is printed. */
const LATE_MS = 2000;
const LIMITS = { memoryBytes: 16 * 1024 * 1024, outputBytes: 1024 * 1024, logBytes: 1024 * 1024 };
const TIMES = 3;
const SLEEPING = ['poll_oneoff of 1 ms', 'catch_all around waits'];

const worst = new Map<string, number>();

/** How far past its limit a call ran, in CPU time: others may have the core when its time is over. */
function lateness(result: CallResult, { timeoutMs, cpuMs = timeoutMs ?? 0 }: Partial<CallRequest>): number {
  return (result.times.cpuMs ?? Number.NaN) - cpuMs;
}

describe('runaways', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ audit: true, limits: LIMITS });
    const upload = async (name: string, text: string): Promise<void> => {
      await runtime.upload({ user: 'demo', function: name }, await wat(text));
    };
    await upload('loops', runawayGuest(LOOPS, false));
    await upload('waiting', runawayGuest(WAITING_LOOPS, true));
    // Compilation and the first page faults are no part of what is measured.
    for (const name of ['loops', 'waiting']) await invoke(runtime, name, [QUICK]);
  });

  afterAll(async () => {
    const lines = [...worst].sort((one, other) => other[1] - one[1]);
    console.log(lines.map(([what, ms]) => `worst kill lateness ${ms.toFixed(1)} ms of CPU time (${what})`).join('\n'));
    await stopRuntime(runtime);
  });

  async function expectKilled(what: string, name: string, op: number, wallMs = 20): Promise<void> {
    const cases: [string, Partial<CallRequest>][] = [['TIMEOUT', { timeoutMs: wallMs }]];
    // A call that sleeps takes seconds to use its CPU time up.
    if (!SLEEPING.includes(what)) cases.push(['CPU_LIMIT', { cpuMs: wallMs }]);
    for (const [code, more] of cases) {
      for (let time = 0; time < TIMES; time += 1) {
        const result = await invoke(runtime, name, [op], more);
        expect([what, ending(result), result.error?.message]).toEqual([what, code, expect.anything()]);
        const late = lateness(result, more);
        worst.set(what, Math.max(worst.get(what) ?? 0, late));
        expect(late).toBeLessThan(LATE_MS);
      }
    }
  }

  it.each(Object.keys(LOOPS))('%s', async (what) => {
    await expectKilled(what, 'loops', Object.keys(LOOPS).indexOf(what));
  });

  it.each(Object.keys(WAITING_LOOPS))('%s', async (what) => {
    await expectKilled(what, 'waiting', Object.keys(WAITING_LOOPS).indexOf(what));
  });

  it.each(Object.entries(RUNAWAY_MODULES))('%s', async (what, text) => {
    const name = what.replaceAll(/\W/g, '-');
    await runtime.upload({ user: 'demo', function: name }, await wat(`(module ${text})`));
    await expectKilled(what, name, 0, 40);
  });

  describe('that run into another limit', () => {
    const module = (body: string): string => `(module ${hostImports('read_input', 'fd_write')} (memory 2)
      (tag $thrown) ${INPUT} ${PRINT}
      (func $deep (param i32 i64 f64) (result i32)
        (i32.add (call $deep (i32.add (local.get 0) (i32.const 1)) (local.get 1) (local.get 2)) (i32.const 1)))
      (func (export "main") (local $old i32) ${body}))`;

    it.each([
      ['recursion without end', '(drop (call $deep (i32.const 0) (i64.const 1) (f64.const 1)))', 'STACK_OVERFLOW'],
      ['memory growth without end', '(loop $ever (drop (memory.grow (i32.const 1))) (br $ever))', 'MEMORY_LIMIT'],
      [
        'memory growth that is used, until it traps',
        `(loop $ever (local.set $old (memory.grow (i32.const 1)))
          (i32.store (i32.shl (local.get $old) (i32.const 16)) (i32.const 1)) (br $ever))`,
        'MEMORY_LIMIT',
      ],
      [
        'an output flood',
        '(loop $ever (drop (call $print (i32.const 1) (i32.const 0) (i32.const 4096))) (br $ever))',
        'OUTPUT_LIMIT',
      ],
      [
        'an output flood of single bytes under catch_all',
        '(loop $ever (try (do (drop (call $print (i32.const 1) (i32.const 0) (i32.const 1)))) (catch_all)) (br $ever))',
        'OUTPUT_LIMIT',
      ],
      [
        'a log flood',
        '(loop $ever (drop (call $print (i32.const 2) (i32.const 0) (i32.const 4096))) (br $ever))',
        'LOG_LIMIT',
      ],
      [
        'a bad pointer under catch_all',
        '(loop $ever (try (do (drop (call $read_input (i32.const -16) (i32.const 64)))) (catch_all)) (br $ever))',
        'BAD_POINTER',
      ],
    ])('%s', async (what, body, code) => {
      const name = what.replaceAll(/\W/g, '-');
      await runtime.upload({ user: 'demo', function: name }, await wat(module(body)));
      for (let time = 0; time < TIMES; time += 1) {
        const result = await invoke(runtime, name, Array(16).fill(0));
        expect([ending(result), result.error?.message]).toEqual([code, expect.anything()]);
      }
    });

    it('keeps what was written before the limit, and no more', async () => {
      const result = await invoke(runtime, 'an-output-flood');
      expect((await result.output.bytes()).length).toBeLessThanOrEqual(LIMITS.outputBytes);
    });
  });

  it('costs no thread and leaves nothing behind', async () => {
    const { checked, differences } = runtime.audit();
    expect(differences).toEqual([]);
    expect(checked).toBeGreaterThan(100);
    expect(runtime.info().running).toBe(0);
    expect(ending(await invoke(runtime, 'loops', [QUICK]))).toBe('success');
    expect(ending(await invoke(runtime, 'waiting', [QUICK]))).toBe('success');
  });
});
