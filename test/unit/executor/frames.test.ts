import { describe, expect, it } from '@jest/globals';
import { decodeOrders, decodeReports, encodeOrders, encodeReports } from '../../../src/executor/frames.ts';
import type { CallOrder, CallReport } from '../../../src/executor/protocol.ts';

const INLINE_MAX = 16 * 1024;

function filled(length: number, byte = 1): Uint8Array {
  return new Uint8Array(length).map((_, index) => byte + index);
}

function order(id: number, more: Partial<CallOrder> = {}): CallOrder {
  return {
    id,
    handle: 2,
    slot: 3,
    input: filled(id % 50, id),
    cmdline: '',
    timeoutMs: 1000,
    cpuMs: 500,
    report: false,
    ...more,
  };
}

function report(id: number, more: Partial<CallReport> = {}): CallReport {
  return {
    id,
    returnValue: 0,
    output: [filled(5, id)],
    log: filled(3, id),
    start: 'warm',
    initMs: 1.5,
    runMs: 2.75,
    cpuMs: 2.5,
    longestTurnMs: 1.25,
    peakPages: 17,
    peakFileBytes: 3 * 2 ** 30 + id,
    peakOpenFiles: 4 + (id % 100),
    ...more,
  };
}

// As in a message between threads.
const throughOrders = (orders: readonly CallOrder[]): CallOrder[] =>
  decodeOrders(structuredClone(encodeOrders(orders)));
const throughReports = (reports: readonly CallReport[]): CallReport[] =>
  decodeReports(structuredClone(encodeReports(reports)));

describe('calls on their way to a thread', () => {
  it.each<[string, readonly CallOrder[]]>([
    ['none', []],
    ['one', [order(7)]],
    ['no input', [order(0)]],
    ['ids beyond 32 bits', [order(2 ** 48 - 1)]],
    ['arguments', [order(1), order(2, { cmdline: 'a "b" ü' }), order(3)]],
    ['the largest input that is copied', [order(1, { input: filled(INLINE_MAX) }), order(2)]],
    ['an input larger than that, among others', [order(1), order(2, { input: filled(INLINE_MAX + 1) }), order(3)]],
    ['a large input with arguments', [order(1, { input: filled(100_000), cmdline: 'x y' })]],
    ['no limits', [order(1, { timeoutMs: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY })]],
    ['questions', [order(1, { report: true }), order(2, { report: false })]],
    ['very many', Array.from({ length: 500 }, (_, id) => order(id))],
  ])('arrive as they were sent: %s', (_, orders) => {
    expect(throughOrders(orders)).toEqual(orders);
  });

  it('take inputs that are views of something larger', () => {
    const input = filled(100).subarray(10, 20);
    const large = filled(50_000).subarray(7, 40_000);
    expect(throughOrders([order(1, { input }), order(2, { input: large })]).map((one) => one.input)).toEqual([
      new Uint8Array(input),
      new Uint8Array(large),
    ]);
  });

  it('do not take along what a large input is a view of', () => {
    const input = new Uint8Array(1024 * 1024).subarray(0, INLINE_MAX + 1);
    const [sent] = throughOrders([order(1, { input })]);
    expect(sent?.input.buffer.byteLength).toBe(INLINE_MAX + 1);
  });
});

describe('reports on their way to the main thread', () => {
  const error = { code: 'TIMEOUT', message: 'late' } as const;
  const { returnValue: _, ...noValue } = report(4);

  it.each<[string, readonly CallReport[]]>([
    ['none', []],
    ['one', [report(7)]],
    ['return values', [report(1), report(2, { returnValue: -1 }), report(3, { returnValue: 2 ** 31 - 1 })]],
    ['no return value', [report(1), noValue, report(5)]],
    ['errors', [report(1), { ...noValue, error }, report(3, { returnValue: 3, error })]],
    ['no output', [report(1, { output: [] }), report(2)]],
    ['no log', [report(1, { log: new Uint8Array(0) }), report(2)]],
    ['neither', [report(1, { output: [], log: new Uint8Array(0) })]],
    ['output in chunks', [report(1), report(2, { output: [filled(4), filled(6)] }), report(3)]],
    ['the largest output that is copied', [report(1, { output: [filled(INLINE_MAX)] }), report(2)]],
    ['an output larger than that', [report(1), report(2, { output: [filled(INLINE_MAX + 1)], error }), report(3)]],
    ['a large log', [report(1, { log: filled(100_000) }), report(2)]],
    ['every start', (['cold', 'fresh', 'restored', 'warm'] as const).map((start, id) => report(id, { start }))],
    ['very many', Array.from({ length: 500 }, (_, id) => report(id))],
  ])('arrive as they were sent: %s', (_name, reports) => {
    expect(throughReports(reports)).toEqual(reports);
  });

  it('leave a return value away where there is none, rather than call it NaN', () => {
    expect(Object.hasOwn(throughReports([noValue])[0] ?? {}, 'returnValue')).toBe(false);
  });

  it('do not keep each other alive', () => {
    const frame = encodeReports([report(1), report(2)]);
    for (const { output, log } of decodeReports(frame)) {
      for (const bytes of [...output, log]) expect(bytes.buffer.byteLength).toBe(bytes.length);
    }
  });
});
