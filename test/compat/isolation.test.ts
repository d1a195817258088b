import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallRequest } from '../../src/index.ts';
import { endingsGuest, OP } from '../support/guests/endings.ts';
import {
  ending,
  inParallel,
  invoke,
  outputWords,
  randomNumbers,
  request,
  startRuntime,
  stopRuntime,
  type TestRuntime,
} from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

type Operation = keyof typeof OP;

interface Way {
  readonly op: Operation;
  readonly argument?: number;
  readonly ends: string;
  readonly more?: Partial<CallRequest>;
  /** The test cancels it after this long. */
  readonly cancelAfterMs?: number;
}

const SHORT = { timeoutMs: 10 };
const DIRECT: readonly Way[] = [
  { op: 'return', ends: 'success' },
  { op: 'fail', ends: 'FUNCTION_FAILED' },
  { op: 'unreachable', ends: 'GUEST_TRAP' },
  { op: 'outOfBounds', ends: 'GUEST_TRAP' },
  { op: 'divideByZero', ends: 'GUEST_TRAP' },
  { op: 'wrongType', ends: 'GUEST_TRAP' },
  { op: 'exitZero', ends: 'success' },
  { op: 'exitThree', ends: 'FUNCTION_FAILED' },
  { op: 'loop', ends: 'TIMEOUT', more: SHORT },
  { op: 'loop', ends: 'CPU_LIMIT', more: { cpuMs: 5 } },
  { op: 'loop', ends: 'CANCELLED', cancelAfterMs: 15 },
  { op: 'refusedMemory', ends: 'MEMORY_LIMIT' },
  { op: 'output', ends: 'OUTPUT_LIMIT' },
  { op: 'log', ends: 'LOG_LIMIT' },
  { op: 'recursion', ends: 'STACK_OVERFLOW' },
  { op: 'badPointer', ends: 'BAD_POINTER' },
  { op: 'hostLoop', ends: 'TIMEOUT', more: SHORT },
  { op: 'midFrame', ends: 'TIMEOUT', more: SHORT },
  { op: 'fillLoop', ends: 'TIMEOUT', more: SHORT },
  { op: 'throw', ends: 'GUEST_EXCEPTION' },
];
const SUSPENDING: readonly Way[] = [
  ...DIRECT,
  { op: 'sleep', argument: 1, ends: 'success' },
  { op: 'sleep', argument: 60_000, ends: 'TIMEOUT', more: SHORT },
  { op: 'sleep', argument: 60_000, ends: 'CANCELLED', cancelAfterMs: 10 },
  { op: 'sleepLoop', ends: 'TIMEOUT', more: SHORT },
  { op: 'statePointer', argument: 1, ends: 'success' },
  { op: 'stateTrap', argument: 2, ends: 'GUEST_TRAP' },
];
const LIMITS = { memoryBytes: 4 * 1024 * 1024, outputBytes: 256 * 1024, logBytes: 256 * 1024 };

const VARIANTS = [
  { name: 'direct', suspending: false, pages: 2, calls: 1100 },
  { name: 'suspending', suspending: true, pages: 2, calls: 1300 },
  { name: 'copy-on-write', suspending: true, pages: 12, calls: 700 },
];

describe('isolation', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ audit: true });
  });

  afterAll(() => stopRuntime(runtime));

  it.each(VARIANTS)('leaves nothing behind, however calls end: $name', async ({ name, suspending, pages, calls }) => {
    await runtime.upload({ user: 'demo', function: name }, await wat(endingsGuest({ suspending, pages })), {
      limits: LIMITS,
    });
    const ways = suspending ? SUSPENDING : DIRECT;
    const fresh = await outputWords(await invoke(runtime, name, [OP.probe]));
    // Memory size, globals, and the errno for a file that does not exist.
    expect(fresh.slice(1, 3)).toEqual([pages, 7]);
    expect(fresh.at(-1)).toBe(44);
    const before = runtime.audit().checked;
    const random = randomNumbers(pages);
    const wrong: unknown[] = [];
    const starts = new Set<string>();
    await inParallel(calls, 32, async (index) => {
      const way = ways[index < ways.length ? index : random(ways.length)];
      if (way === undefined || random(3) === 0) {
        const result = await invoke(runtime, name, [OP.probe]);
        starts.add(result.start);
        const seen = await outputWords(result);
        if (JSON.stringify(seen) !== JSON.stringify(fresh)) wrong.push({ seen, fresh, error: result.error });
      } else {
        const found = await run(runtime, name, way);
        if (found !== way.ends) wrong.push({ ...way, found });
      }
    });
    expect(wrong).toEqual([]);
    const { checked, differences } = runtime.audit();
    expect(differences).toEqual([]);
    expect(checked - before).toBeGreaterThan(calls * 0.9);
    expect(starts).toContain('warm');
  });
});

async function run(runtime: TestRuntime, name: string, way: Way): Promise<string> {
  const call = await runtime.start(request(name, [OP[way.op], way.argument ?? 0], way.more));
  if (way.cancelAfterMs !== undefined) setTimeout(() => runtime.cancel(call.id), way.cancelAfterMs);
  const result = await call.result;
  const found = ending(result);
  return found === way.ends ? found : `${found} ${result.error?.message}`;
}
