import { describe, expect, it } from '@jest/globals';
import type { HostFunction } from '../../../src/host/context.ts';
import { catalogue, findHostFunction, IMPORT_GROUPS } from '../../../src/host/groups.ts';
import { E, FakeHost } from '../../support/host-context.ts';

const OLD = 'wasi_unstable';
const NEW = 'wasi_snapshot_preview1';
const ROOT = 3;
const CREATE = 1;
const RIGHTS = (1n << 29n) - 1n;

/** A host that has a file `f` of 10 bytes, open. */
class OldProgram extends FakeHost {
  readonly fd: number;

  constructor() {
    super({ input: 'abc' });
    const opened = this.allocate(4);
    expect(this.old('path_open', ROOT, 0, ...this.put('f'), CREATE, RIGHTS, 0n, 0, opened)).toBe(E.OK);
    this.fd = this.memory.u32(opened);
    expect(this.old('fd_filestat_set_size', this.fd, 10n)).toBe(E.OK);
    expect(this.old('fd_filestat_set_times', this.fd, 5n, 7n, 1 | 4)).toBe(E.OK);
  }

  /** Calls a function under the module name of 2019. */
  old(name: string, ...args: unknown[]): unknown {
    return this.call(OLD, name, args);
  }

  u64(at: number): bigint {
    return this.memory.view.getBigUint64(at, true);
  }
}

function functionsOf(module: string): readonly HostFunction[] {
  return IMPORT_GROUPS.filter((group) => group.module === module).flatMap(({ functions }) => functions);
}

describe('wasi_unstable', () => {
  it('has the functions of preview 1 but sock_accept, with the same signatures', () => {
    const names = functionsOf(OLD).map(({ name }) => name);
    expect([...names, 'sock_accept'].sort()).toEqual(
      functionsOf(NEW)
        .map(({ name }) => name)
        .sort(),
    );
    for (const name of names) expect(catalogue(OLD, name)).toEqual(catalogue(NEW, name));
  });

  it('shares all of them but four', () => {
    const own = functionsOf(OLD).filter((each) => findHostFunction(NEW, each.name) !== each);
    expect(own.map(({ name }) => name).sort()).toEqual([
      'fd_filestat_get',
      'fd_seek',
      'path_filestat_get',
      'poll_oneoff',
    ]);
    for (const { name, waits } of own) expect(findHostFunction(NEW, name)?.waits).toBe(waits);
  });

  it('seeks from where it is (0), the end (1) and the start (2)', () => {
    const host = new OldProgram();
    const at = host.allocate(8);
    const seek = (offset: bigint, whence: number): unknown => host.old('fd_seek', host.fd, offset, whence, at);
    expect([seek(4n, 2), host.u64(at)]).toEqual([E.OK, 4n]);
    expect([seek(3n, 0), host.u64(at)]).toEqual([E.OK, 7n]);
    expect([seek(-1n, 1), host.u64(at)]).toEqual([E.OK, 9n]);
    expect(seek(0n, 3)).toBe(E.INVAL);
    expect(seek(0n, -1)).toBe(E.INVAL);
  });

  it.each([
    ['fd_filestat_get', (host: OldProgram, to: number) => host.old('fd_filestat_get', host.fd, to)],
    [
      'path_filestat_get',
      (host: OldProgram, to: number) => host.old('path_filestat_get', ROOT, 0, ...host.put('f'), to),
    ],
  ])('%s writes 56 bytes, with 32 bits of links', (_, call) => {
    const host = new OldProgram();
    const to = host.allocate(64);
    host.memory.bytes.fill(0xff, to, to + 64);
    expect(call(host, to)).toBe(E.OK);
    expect(host.memory.view.getUint8(to + 16)).toBe(4);
    expect(host.memory.u32(to + 20)).toBe(1);
    expect([24, 32, 40].map((offset) => host.u64(to + offset))).toEqual([10n, 5n, 7n]);
    expect(host.u64(to + 48)).toBeGreaterThan(10n ** 18n);
    expect(host.u64(to + 56)).toBe(2n ** 64n - 1n);
  });

  it('needs no more memory for them than they have', () => {
    const host = new OldProgram();
    const end = host.memory.bytes.length;
    expect(host.old('fd_filestat_get', host.fd, end - 56)).toBe(E.OK);
    expect(host.old('fd_filestat_get', host.fd, end - 55)).toBe(E.FAULT);
    expect(host.old('path_filestat_get', ROOT, 0, ...host.put('none'), end - 56)).toBe(E.NOENT);
  });

  it('polls subscriptions of 56 bytes, whose clocks have a number of their own', async () => {
    const host = new OldProgram();
    const [subscriptions, events, result] = [host.allocate(56 * 2), host.allocate(32 * 2), host.allocate(4)];
    const { memory } = host;
    memory.setU32(subscriptions, 77);
    memory.view.setBigUint64(subscriptions + 16, 2n ** 63n, true); // the clock's own number: means nothing
    memory.setU32(subscriptions + 24, 1);
    memory.view.setBigUint64(subscriptions + 32, 20_000_000n, true);
    await expect(host.old('poll_oneoff', subscriptions, events, 1, result)).resolves.toBe(E.OK);
    expect(host.sleeps).toEqual([20]);
    expect([memory.u32(result), memory.u32(events)]).toEqual([1, 77]);

    memory.view.setUint16(subscriptions + 48, 1, true); // the time is absolute, and long past
    memory.setU32(subscriptions + 56, 78);
    memory.view.setUint8(subscriptions + 64, 1);
    memory.setU32(subscriptions + 72, 0);
    expect(host.old('poll_oneoff', subscriptions, events, 2, result)).toBe(E.OK);
    expect([memory.u32(result), memory.u32(events), memory.u32(events + 32)]).toEqual([2, 77, 78]);
    expect(memory.u32(events + 32 + 16)).toBe(3); // bytes of input

    memory.setU32(subscriptions + 24, 9);
    expect(host.old('poll_oneoff', subscriptions, events, 1, result)).toBe(E.OK);
    expect(memory.view.getUint16(events + 8, true)).toBe(E.INVAL);
    expect(host.old('poll_oneoff', memory.bytes.length - 55, events, 1, result)).toBe(E.FAULT);
  });
});
