import { describe, expect, it } from '@jest/globals';
import { GuestFiles } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

describe('dup', () => {
  const dupInto = (host: GuestFiles, fd: number, result: number): unknown => host.env('__wasi_fd_dup', fd, result);

  it('gives another number with the same position, open until both are closed', () => {
    const host = new GuestFiles();
    const fd = host.create('tmp/file');
    host.write(fd, '0123456789');
    host.seek(fd, 0, 0);
    const other = Number(host.env('dup', fd));
    expect(other).toBeGreaterThan(fd);
    expect([host.read(fd, 3), host.read(other, 3), host.seek(fd, 0, 1)]).toEqual(['012', '345', 6]);
    host.unlink('tmp/file');
    host.wasi('fd_close', fd);
    expect([host.read(other), host.read(fd)]).toEqual(['6789', -E.BADF]);
  });

  it('stores the number where the caller wants it', () => {
    const host = new GuestFiles();
    const result = host.allocate(4);
    expect(dupInto(host, 1, result)).toBe(E.OK);
    expect(host.write(host.memory.u32(result), 'to the output')).toBe(13);
    expect(host.outputText).toBe('to the output');
  });

  it('fails for what is not open, without room, and for bad pointers, which leave nothing open', () => {
    const host = new GuestFiles({ limits: { openFiles: 5 } });
    const result = host.allocate(4);
    expect([host.env('dup', 77), dupInto(host, 77, result)]).toEqual([-1, E.BADF]);
    expect(dupInto(host, 1, -2)).toBe(E.FAULT);
    expect([host.env('dup', 1), host.env('dup', 1), dupInto(host, 1, result)]).toEqual([4, -1, E.MFILE]);
  });
});
