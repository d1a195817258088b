import { describe, expect, it } from '@jest/globals';
import { GuestFiles, O } from '../../support/guest-files.ts';
import { E, FakeHost } from '../../support/host-context.ts';

describe('standard streams', () => {
  it('reads the input once, across buffers', () => {
    const host = new FakeHost({ input: 'hello world' });
    const [a, b, result] = [host.allocate(8), host.allocate(8), host.allocate(4)];
    expect(host.wasi('fd_read', 0, host.iovecs([a, 2], [0, 0], [b, 4]), 3, result)).toBe(E.OK);
    expect([host.memory.u32(result), host.text(a, 2), host.text(b, 4)]).toEqual([6, 'he', 'llo ']);
    expect(host.wasi('fd_read', 0, host.iovecs([a, 8]), 1, result)).toBe(E.OK);
    expect([host.memory.u32(result), host.text(a, 5)]).toEqual([5, 'world']);
    expect(host.wasi('fd_read', 0, host.iovecs([a, 8]), 1, result)).toBe(E.OK);
    expect(host.memory.u32(result)).toBe(0);
  });

  it.each([true, false])('writes to output or log (stdoutIsOutput %s)', (stdoutIsOutput) => {
    const host = new GuestFiles({ stdoutIsOutput });
    expect(host.write(1, 'out')).toBe(3);
    expect(host.write(2, 'err')).toBe(3);
    expect([host.outputText, host.logText]).toEqual(stdoutIsOutput ? ['out', 'err'] : ['', 'outerr']);
  });

  it('is neither a terminal nor seekable', () => {
    const host = new GuestFiles({ input: 'x' });
    const stat = host.allocate(24);
    for (const fd of [0, 1, 2]) {
      expect(host.wasi('fd_fdstat_get', fd, stat)).toBe(E.OK);
      expect(host.memory.view.getUint8(stat)).not.toBe(2); // CHARACTER_DEVICE
      expect(host.seek(fd, 0, 1)).toBe(-E.SPIPE);
    }
    expect(host.read(1)).toBe(-E.NOTCAPABLE);
    expect(host.write(0, 'x')).toBe(-E.NOTCAPABLE);
  });

  it('can be closed, and its number used again', () => {
    const host = new GuestFiles();
    expect(host.wasi('fd_close', 1)).toBe(E.OK);
    expect(host.write(1, 'x')).toBe(-E.BADF);
    expect(host.create('file')).toBe(1);
    expect(host.write(1, 'into the file')).toBe(13);
    expect(host.contents('file')).toBe('into the file');
    expect(host.outputText).toBe('');
  });

  it('ends the call at the output limit', () => {
    const host = new GuestFiles({ limits: { outputBytes: 8 } });
    expect(() => host.write(1, 'nine chars')).toThrow(expect.objectContaining({ code: 'OUTPUT_LIMIT' }));
  });
});

describe('hostile iovecs', () => {
  it.each(['fd_write', 'fd_read'])('%s answers EFAULT and moves nothing', (name) => {
    const host = new FakeHost({ input: 'input' });
    const fd = name === 'fd_write' ? 1 : 0;
    const good = host.put('good');
    const result = host.allocate(4);
    const wild = [
      [host.iovecs(good), 2 ** 31],
      [host.iovecs(good), -1],
      [-8, 1],
      [host.memory.bytes.length - 4, 1],
      [host.iovecs(good, [8, -16]), 2],
      [host.iovecs(good, [-2, 4]), 2],
    ] as const;
    for (const [iovecs, count] of wild) expect(host.wasi(name, fd, iovecs, count, result)).toBe(E.FAULT);
    expect(host.wasi(name, fd, host.iovecs(good), 1, -1)).toBe(E.FAULT);
    expect([host.outputText, host.text(...good)]).toEqual(['', 'good']);
  });

  it('bounds the sum of overlapping buffers and polls through empty ones', () => {
    const host = new FakeHost({ pages: 256 });
    const half = host.memory.bytes.length >> 1;
    const result = host.allocate(4);
    expect(host.wasi('fd_write', 1, 64, half / 8, result)).toBe(E.OK); // a million empty buffers
    expect(host.polls).toBeGreaterThan(1000);
    for (let at = 0; at < 1000; at += 1) {
      host.memory.setU32(half + at * 8, 0);
      host.memory.setU32(half + at * 8 + 4, host.memory.bytes.length);
    }
    expect(host.wasi('fd_write', 1, half, 1000, result)).toBe(E.INVAL);
  });

  it('survives a read over its own iovecs', () => {
    const host = new FakeHost({ input: new Uint8Array(64).fill(0xff) });
    const result = host.allocate(4);
    const iovecs = host.allocate(16);
    for (const at of [iovecs, iovecs + 8]) {
      host.memory.setU32(at, iovecs);
      host.memory.setU32(at + 4, 16);
    }
    expect(host.wasi('fd_read', 0, iovecs, 2, result)).toBe(E.FAULT);
  });
});

describe('renumber', () => {
  it('moves descriptors, streams too', () => {
    const host = new GuestFiles();
    const fd = host.create('log');
    expect(host.wasi('fd_renumber', fd, 1)).toBe(E.OK);
    expect(host.write(1, 'x')).toBe(1);
    expect(host.write(fd, 'x')).toBe(-E.BADF);
    expect(host.contents('log')).toBe('x');
    expect(host.wasi('fd_renumber', 1, 99)).toBe(E.BADF);
    expect(host.wasi('fd_renumber', 2, 2)).toBe(E.OK);
    expect(host.write(2, 'y')).toBe(1);
  });

  it('bounds open files', () => {
    const host = new GuestFiles({ limits: { openFiles: 6 } });
    expect([host.create('a'), host.create('b')]).toEqual([4, 5]);
    expect(host.create('c')).toBe(-E.MFILE);
    expect(host.open('c')).toBe(-E.MFILE);
    expect(host.wasi('fd_close', 4)).toBe(E.OK);
    expect(host.open('c', { oflags: O.EXCL })).toBe(-E.NOENT); // EMFILE had created nothing
    expect(host.create('c')).toBe(4);
  });
});
