import { describe, expect, it } from '@jest/globals';
import { E, FakeHost } from '../../support/host-context.ts';

describe('args and environ', () => {
  /** What a program reads: the strings at the pointers. */
  const read = (host: FakeHost, name: 'args' | 'environ'): string[] => {
    const sizes = host.allocate(8);
    expect(host.wasi(`${name}_sizes_get`, sizes, sizes + 4)).toBe(E.OK);
    const [count, size] = [host.memory.u32(sizes), host.memory.u32(sizes + 4)];
    const [pointers, text] = [host.allocate(count * 4), host.allocate(size)];
    expect(host.wasi(`${name}_get`, pointers, text)).toBe(E.OK);
    const strings = Array.from({ length: count }, (_, at) => host.memory.string(host.memory.u32(pointers + at * 4)));
    expect(new TextEncoder().encode(`${strings.join('\0')}\0`)).toHaveLength(size);
    return strings;
  };

  it('gives arguments as they are', () => {
    expect(read(new FakeHost({ args: ['a', 'bé', ''] }), 'args')).toEqual(['a', 'bé', '']);
  });

  it('gives variables as they are', () => {
    expect(read(new FakeHost({ environment: ['NAME=a=b', 'EMPTY='] }), 'environ')).toEqual(['NAME=a=b', 'EMPTY=']);
  });

  it.each(['args', 'environ'])('%s: refuses bad pointers', (name) => {
    const host = new FakeHost({ args: ['argument'], environment: ['NAME=value'] });
    expect(host.wasi(`${name}_get`, -4, 64)).toBe(E.FAULT);
    expect(host.wasi(`${name}_get`, 64, host.memory.bytes.length - 3)).toBe(E.FAULT);
    expect(host.wasi(`${name}_sizes_get`, 64, -1)).toBe(E.FAULT);
  });
});

describe('clocks', () => {
  const time = (host: FakeHost, clock: number): bigint => {
    const result = host.allocate(8);
    expect(host.wasi('clock_time_get', clock, 0n, result)).toBe(E.OK);
    return host.memory.view.getBigUint64(result, true);
  };

  it('tells wall-clock, monotonic and CPU time in nanoseconds', () => {
    const host = new FakeHost();
    const wall = Number(time(host, 0) / 1_000_000n);
    expect(Math.abs(wall - Date.now())).toBeLessThan(60_000);
    const first = time(host, 1);
    expect(time(host, 1)).toBeGreaterThanOrEqual(first);
    expect(time(host, 2)).toBe(42n);
    expect(time(host, 3)).toBe(42n);
    const result = host.allocate(8);
    expect(host.wasi('clock_res_get', 1, result)).toBe(E.OK);
    expect(host.memory.view.getBigUint64(result, true)).toBe(1000n);
  });

  it('refuses unknown clocks and bad pointers', () => {
    const host = new FakeHost();
    expect(host.wasi('clock_time_get', 4, 0n, 8)).toBe(E.INVAL);
    expect(host.wasi('clock_time_get', -1, 0n, 8)).toBe(E.INVAL);
    expect(host.wasi('clock_res_get', 4, 8)).toBe(E.INVAL);
    for (const clock of [0, 1, 2, 3]) expect(host.wasi('clock_time_get', clock, 0n, -4)).toBe(E.FAULT);
  });
});

describe('random_get', () => {
  it('fills exactly what was asked for', () => {
    const host = new FakeHost();
    const buffer = host.allocate(64);
    expect(host.wasi('random_get', buffer, 48)).toBe(E.OK);
    expect(host.memory.slice(buffer, 48).some((byte) => byte !== 0)).toBe(true);
    expect([...host.memory.slice(buffer + 48, 16)]).toEqual(new Array(16).fill(0));
    expect(host.wasi('random_get', buffer, 0)).toBe(E.OK);
    expect(host.wasi('random_get', buffer, -1)).toBe(E.FAULT);
  });

  it('polls while it fills many pages', () => {
    const host = new FakeHost({ pages: 64 });
    expect(host.wasi('random_get', 0, host.memory.bytes.length)).toBe(E.OK);
    expect(host.polls).toBeGreaterThanOrEqual(4);
  });
});

it('exits, raises, yields', () => {
  const host = new FakeHost();
  expect(() => host.wasi('proc_exit', 7)).toThrow(expect.objectContaining({ code: 7 }));
  expect(() => host.wasi('proc_raise', 6)).toThrow(expect.objectContaining({ code: 'GUEST_TRAP' }));
  expect(host.wasi('sched_yield')).toBe(E.OK);
});

it('has no sockets', () => {
  const host = new FakeHost();
  expect(host.wasi('sock_shutdown', 1, 0)).toBe(E.NOTSOCK);
  expect(host.wasi('sock_recv', 9, 0, 0, 0, 0, 0)).toBe(E.BADF);
  expect(host.wasi('sock_send', 3, 0, 0, 0, 0)).toBe(E.BADF);
});
