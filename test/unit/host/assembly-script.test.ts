import { describe, expect, it } from '@jest/globals';
import { FakeHost } from '../../support/host-context.ts';

describe('abort', () => {
  it('logs the message and ends the call with it', () => {
    const host = new FakeHost();
    const text = 'abort: schlecht ☠ in assembly/index.ts:12:3';
    const trap = expect.objectContaining({ code: 'GUEST_TRAP', message: text });
    const [message, file] = [host.putUtf16('schlecht ☠'), host.putUtf16('assembly/index.ts')];
    expect(() => host.env('abort', message, file, 12, 3)).toThrow(trap);
    expect(host.logText).toBe(`${text}\n`);
  });

  it('takes null strings, and C callers without arguments', () => {
    const host = new FakeHost();
    expect(() => host.env('abort', 0, 0, 0, 0)).toThrow('abort: null in null:0:0');
    expect(() => host.env('abort')).toThrow(expect.objectContaining({ code: 'GUEST_TRAP' }));
  });

  it('takes hostile strings', () => {
    const host = new FakeHost();
    const bad = expect.objectContaining({ code: 'BAD_POINTER' });
    expect(() => host.env('abort', -2, 0, 0, 0)).toThrow(bad);
    const text = host.putUtf16('x');
    host.memory.setU32(text - 4, -1);
    expect(() => host.env('abort', text, 0, 0, 0)).toThrow(bad);
    host.memory.setU32(text - 4, 100_001); // odd, and longer than any message
    expect(() => host.env('abort', text, 0, 0, 0)).toThrow(expect.objectContaining({ code: 'GUEST_TRAP' }));
    expect(host.log.length).toBeLessThan(4000);
  });
});

describe('console', () => {
  it('logs lines; console.log is standard output', () => {
    const host = new FakeHost();
    host.env('console.log', host.putUtf16('to the output'));
    for (const level of ['debug', 'info', 'warn', 'error']) host.env(`console.${level}`, host.putUtf16(level));
    host.env('console.assert', 1, host.putUtf16('holds'));
    host.env('console.assert', 0, host.putUtf16('broken'));
    expect(host.outputText).toBe('to the output\n');
    expect(host.logText).toBe('debug\ninfo\nwarn\nerror\nAssertion failed: broken\n');
    const other = new FakeHost({ stdoutIsOutput: false });
    other.env('console.log', other.putUtf16('to the log'));
    expect([other.outputText, other.logText]).toEqual(['', 'to the log\n']);
  });

  it('writes long strings in pieces, without breaking characters apart', () => {
    const host = new FakeHost({ pages: 64 });
    const text = `a${'😀'.repeat(140_000)}`;
    host.env('console.log', host.putUtf16(text));
    expect(host.outputText === `${text}\n`).toBe(true);
    expect(host.polls).toBeGreaterThan(0);
  });

  it('ends at the limit', () => {
    const host = new FakeHost({ limits: { logBytes: 10 } });
    const limit = expect.objectContaining({ code: 'LOG_LIMIT' });
    expect(() => host.env('console.error', host.putUtf16('eleven chars'))).toThrow(limit);
  });

  it('keeps timers, a bounded number of them', () => {
    const host = new FakeHost();
    const label = host.putUtf16('t');
    host.env('console.time', label);
    host.env('console.timeLog', label);
    host.env('console.timeEnd', label);
    host.env('console.timeEnd', label);
    expect(host.logText).toMatch(/^(t: \d+\.\d{3}ms\n){2}$/);
  });
});

it('traces a message and numbers', () => {
  const host = new FakeHost();
  host.env('trace', host.putUtf16('point'), 2, 1.5, -2, 0, 0, 0, undefined, undefined);
  host.env('trace', host.putUtf16('many'), 2 ** 31 - 1, 1, 2, 3, 4, 5);
  host.env('trace', host.putUtf16('none'), -1, 1, 2, 3, 4, 5);
  expect(host.logText).toBe('point 1.5 -2\nmany 1 2 3 4 5\nnone\n');
});

it('tells the time, seeds and exits', () => {
  const host = new FakeHost();
  expect(Math.abs(Number(host.env('Date.now')) - Date.now())).toBeLessThan(60_000);
  expect(Number(host.env('performance.now'))).toBeGreaterThan(0);
  expect(host.env('seed')).not.toBe(host.env('seed'));
  expect(host.env('Math.random')).toBeLessThan(1);
  expect(() => host.env('process.exit', 4)).toThrow(expect.objectContaining({ code: 4 }));
});
