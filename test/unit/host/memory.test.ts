import { describe, expect, it } from '@jest/globals';
import { catalogue } from '../../../src/host/groups.ts';
import { GuestFiles } from '../../support/guest-files.ts';
import { FakeHost } from '../../support/host-context.ts';

const PAGE = 65_536;
const ANONYMOUS = 0x22;
const PRIVATE = 0x02;
const FIXED = 0x10;

function map(host: FakeHost, length: number, flags = ANONYMOUS, fd = -1, offset = 0n): unknown {
  return host.env('mmap', 0, length, 3, flags, fd, offset);
}

describe('__sbrk', () => {
  it('answers where the memory ended, and adds whole pages', () => {
    const host = new FakeHost({ pages: 4 });
    expect([host.env('__sbrk', 0), host.env('__sbrk', 2 * PAGE), host.env('__sbrk', 0)]).toEqual([
      4 * PAGE,
      4 * PAGE,
      6 * PAGE,
    ]);
    expect(host.memory.bytes).toHaveLength(6 * PAGE);
  });

  it('refuses parts of pages, to shrink, and what the limit does not allow', () => {
    const host = new FakeHost({ pages: 4, limits: { memoryBytes: 8 * PAGE } });
    for (const increment of [1, PAGE - 1, -1, -PAGE, 5 * PAGE]) expect(host.env('__sbrk', increment)).toBe(-1);
    expect(host.env('__sbrk', 4 * PAGE)).toBe(4 * PAGE);
  });
});

it("Emscripten's stand-alone programs may say that their memory has grown", () => {
  const host = new FakeHost({ pages: 4 });
  expect(catalogue('env', 'emscripten_notify_memory_growth')).toEqual([{ params: ['i32'], results: [] }]);
  expect(host.env('emscripten_notify_memory_growth', 0)).toBeUndefined();
  expect(host.memory.bytes).toHaveLength(4 * PAGE);
});

describe('mmap and munmap', () => {
  it('maps zeroed pages at the end of the memory', () => {
    const host = new FakeHost({ pages: 4 });
    expect([map(host, 1), map(host, PAGE + 1), map(host, PAGE)]).toEqual([4 * PAGE, 5 * PAGE, 7 * PAGE]);
    expect(host.memory.slice(4 * PAGE, 4 * PAGE).every((byte) => byte === 0)).toBe(true);
  });

  it('uses unmapped pages again, zeroed', () => {
    const host = new FakeHost({ pages: 4 });
    const first = Number(map(host, 3 * PAGE));
    host.memory.slice(first, 3 * PAGE).fill(1);
    expect(host.env('munmap', first, 3 * PAGE)).toBe(0);
    expect(host.env('munmap', first, 3 * PAGE)).toBe(0);
    expect([map(host, 2 * PAGE), map(host, 1), map(host, 1)]).toEqual([first, first + 2 * PAGE, first + 3 * PAGE]);
    expect(host.memory.slice(first, 3 * PAGE).every((byte) => byte === 0)).toBe(true);
  });

  it('copies a file, from any offset, and leaves its position', () => {
    const host = new GuestFiles();
    const fd = host.open('etc/hosts', { rights: 2n });
    const whole = Number(map(host, 100, PRIVATE, fd));
    const part = Number(map(host, 9, PRIVATE, fd, 10n));
    expect(host.text(whole, 21)).toBe('127.0.0.1\tlocalhost\n\0');
    expect(host.text(part, 9)).toBe('localhost');
    expect(host.read(fd)).toBe('127.0.0.1\tlocalhost\n');
    expect(host.text(Number(map(host, 5, PRIVATE, fd, 1000n)), 5)).toBe('\0'.repeat(5));
  });

  it('refuses lengths of 0, fixed addresses, what is no readable file, and what the limit does not allow', () => {
    const host = new GuestFiles({ limits: { memoryBytes: 20 * PAGE } });
    const directory = host.open('etc', { oflags: 2 });
    const unreadable = host.open('tmp/file', { oflags: 1, rights: 64n });
    const failures = [
      map(host, 0),
      map(host, 1, ANONYMOUS | FIXED),
      map(host, 1, PRIVATE, directory),
      map(host, 1, PRIVATE, unreadable),
      map(host, 1, PRIVATE, 99),
      map(host, 1, PRIVATE, host.open('etc/hosts', { rights: 2n }), -1n),
      map(host, 5 * PAGE),
      map(host, -1),
    ];
    expect([directory, unreadable].every((fd) => fd > 2)).toBe(true);
    expect(failures).toEqual(failures.map(() => -1));
    expect(map(host, 4 * PAGE)).toBe(16 * PAGE);
  });

  it('unmaps whole pages of the heap only', () => {
    const host = new FakeHost({ pages: 4 });
    for (const [address, length] of [
      [PAGE + 1, PAGE],
      [PAGE, 0],
      [3 * PAGE, PAGE + 1],
      [-PAGE, PAGE],
    ]) {
      expect(host.env('munmap', address, length)).toBe(-1);
    }
    expect(host.env('munmap', 3 * PAGE, PAGE)).toBe(0);
  });

  it('polls while it clears many pages', () => {
    const host = new FakeHost({ pages: 4 });
    const first = Number(map(host, 64 * PAGE));
    host.env('munmap', first, 64 * PAGE);
    const before = host.polls;
    expect(map(host, 64 * PAGE)).toBe(first);
    expect(host.polls - before).toBeGreaterThanOrEqual(3);
  });
});
