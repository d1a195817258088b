import { describe, expect, it } from '@jest/globals';
import { GuestFiles, O, ROOT } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

const APPEND = 1;

describe('the runtime tree', () => {
  it('is there for every call, changes stay private', () => {
    const host = new GuestFiles();
    expect(host.contents('etc/hosts')).toBe('127.0.0.1\tlocalhost\n');
    const fd = host.open('etc/hosts', { oflags: O.TRUNC });
    expect(host.write(fd, 'mine')).toBe(4);
    expect(host.contents('etc/hosts')).toBe('mine');
    expect(host.unlink('etc/passwd')).toBe(E.OK);
    expect(host.contents('etc/passwd')).toBe(-E.NOENT);
    const other = new GuestFiles();
    expect(other.contents('etc/hosts')).toBe('127.0.0.1\tlocalhost\n');
    expect(other.stat('etc/passwd')).toMatchObject({ type: 4, links: 1 });
  });

  it('is copied at the first write, and keeps what was not written', () => {
    const host = new GuestFiles();
    const fd = host.open('etc/hosts');
    expect(host.seek(fd, 10, 0)).toBe(10);
    expect(host.write(fd, 'LOCAL')).toBe(5);
    expect(host.contents('etc/hosts')).toBe('127.0.0.1\tLOCALhost\n');
  });

  it('is preopened as /', () => {
    const host = new GuestFiles();
    const result = host.allocate(8);
    expect(host.wasi('fd_prestat_get', ROOT, result)).toBe(E.OK);
    expect([host.memory.u32(result), host.memory.u32(result + 4)]).toEqual([0, 1]);
    expect(host.wasi('fd_prestat_dir_name', ROOT, result, 0)).toBe(E.NAMETOOLONG);
    expect(host.wasi('fd_prestat_dir_name', ROOT, result, 1)).toBe(E.OK);
    expect(host.text(result, 1)).toBe('/');
    for (const fd of [0, 4, -1]) expect(host.wasi('fd_prestat_get', fd, result)).toBe(E.BADF);
  });
});

describe('files', () => {
  it('seeks, reads, writes and leaves holes of zeros', () => {
    const host = new GuestFiles();
    const fd = host.create('tmp/f');
    expect(host.write(fd, 'abc')).toBe(3);
    expect(host.seek(fd, 2, 2)).toBe(5);
    expect(host.write(fd, 'xyz')).toBe(3);
    expect(host.seek(fd, -8, 1)).toBe(0);
    expect(host.read(fd)).toBe('abc\0\0xyz');
    expect(host.read(fd)).toBe('');
    expect(host.seek(fd, -1, 0)).toBe(-E.INVAL);
    expect(host.seek(fd, 0, 1)).toBe(8);
    expect(Number(host.wasi('fd_seek', fd, 0n, 3, 8))).toBe(E.INVAL);
  });

  it('appends where it says so, also after seeking', () => {
    const host = new GuestFiles();
    const fd = host.open('f', { oflags: O.CREAT, fdflags: APPEND });
    host.write(fd, 'one');
    host.seek(fd, 0, 0);
    host.write(fd, 'two');
    expect(host.contents('f')).toBe('onetwo');
    expect(host.wasi('fd_fdstat_set_flags', fd, 0)).toBe(E.OK);
    host.seek(fd, 0, 0);
    host.write(fd, 'ONE');
    expect(host.contents('f')).toBe('ONEtwo');
    expect(host.wasi('fd_fdstat_set_flags', fd, 32)).toBe(E.INVAL);
  });

  it('reads and writes at offsets without moving', () => {
    const host = new GuestFiles();
    const fd = host.create('f');
    host.write(fd, 'abcdef');
    const result = host.allocate(4);
    const [address, length] = host.put('XY');
    expect(host.wasi('fd_pwrite', fd, host.iovecs([address, length]), 1, 2n, result)).toBe(E.OK);
    expect(host.wasi('fd_pread', fd, host.iovecs([address, 2]), 1, 3n, result)).toBe(E.OK);
    expect(host.text(address, 2)).toBe('Ye');
    expect(host.seek(fd, 0, 1)).toBe(6);
    expect(host.wasi('fd_pread', fd, host.iovecs([address, 2]), 1, -1n, result)).toBe(E.INVAL);
    for (const offset of [2n ** 53n, 2n ** 63n - 1n]) {
      expect(host.wasi('fd_pread', fd, host.iovecs([address, 2]), 1, offset, result)).toBe(E.OK);
      expect(host.memory.u32(result)).toBe(0);
      expect(host.wasi('fd_pwrite', fd, host.iovecs([address, 2]), 1, offset, result)).toBe(E.NOSPC);
    }
    expect(host.wasi('fd_pread', 0, host.iovecs([address, 2]), 1, 0n, result)).toBe(E.SPIPE);
  });

  it('sets sizes: cut bytes do not come back', () => {
    const host = new GuestFiles();
    const fd = host.create('f');
    host.write(fd, 'abcdef');
    expect(host.wasi('fd_filestat_set_size', fd, 2n)).toBe(E.OK);
    expect(host.wasi('fd_filestat_set_size', fd, 5n)).toBe(E.OK);
    expect(host.contents('f')).toBe('ab\0\0\0');
    expect(host.wasi('fd_allocate', fd, 4n, 4n)).toBe(E.OK);
    expect(host.stat('f')).toMatchObject({ size: 8 });
    expect(host.wasi('fd_filestat_set_size', fd, -1n)).toBe(E.INVAL);
  });

  it('spans pieces', () => {
    const host = new GuestFiles({ pages: 8 });
    const fd = host.create('f');
    const text = 'x'.repeat(65_530);
    host.write(fd, text);
    host.write(fd, 'crossing over');
    expect(host.seek(fd, 65_528, 0)).toBe(65_528);
    expect(host.read(fd)).toBe('xxcrossing over');
    expect(host.wasi('fd_filestat_set_size', fd, 65_537n)).toBe(E.OK);
    host.seek(fd, 65_530, 0);
    expect(host.read(fd)).toBe('crossin');
  });

  it('lives on while it is open', () => {
    const host = new GuestFiles({ limits: { fileBytes: 10 } });
    const fd = host.create('f');
    expect(host.write(fd, '12345678')).toBe(8);
    expect(host.unlink('f')).toBe(E.OK);
    host.seek(fd, 0, 0);
    expect(host.read(fd)).toBe('12345678');
    const second = host.create('f');
    expect(host.write(second, '12345678')).toBe(2); // as much as fits
    expect(host.write(second, '3')).toBe(-E.NOSPC);
    expect(host.wasi('fd_close', fd)).toBe(E.OK);
    expect(host.write(second, '345678')).toBe(6);
  });

  it('sets times', () => {
    const host = new GuestFiles();
    const fd = host.create('f');
    const stat = host.allocate(64);
    expect(host.wasi('fd_filestat_set_times', fd, 5n, 7n, 1 | 4)).toBe(E.OK);
    expect(host.wasi('fd_filestat_get', fd, stat)).toBe(E.OK);
    expect([40, 48].map((at) => host.memory.view.getBigUint64(stat + at, true))).toEqual([5n, 7n]);
    expect(host.wasi('fd_filestat_set_times', fd, 0n, 0n, 1 | 2)).toBe(E.INVAL);
    expect(host.wasi('path_filestat_set_times', ROOT, 0, ...host.path('f'), 0n, 0n, 4 | 8)).toBe(E.INVAL);
    expect(host.wasi('path_filestat_set_times', ROOT, 0, ...host.path('f'), 0n, 9n, 4)).toBe(E.OK);
    expect(host.wasi('fd_filestat_get', fd, -8)).toBe(E.FAULT);
  });
});

describe('limits', () => {
  it('charges before it allocates: sparse giants are refused', () => {
    const host = new GuestFiles({ limits: { fileBytes: 100 } });
    const fd = host.create('f');
    expect(host.wasi('fd_filestat_set_size', fd, 10_000_000_000n)).toBe(E.NOSPC);
    expect(host.wasi('fd_allocate', fd, 2n ** 62n, 2n ** 62n)).toBe(E.NOSPC);
    expect(host.seek(fd, 2 ** 40, 0)).toBe(2 ** 40);
    expect(host.write(fd, 'x')).toBe(-E.NOSPC);
    expect(host.wasi('fd_filestat_set_size', fd, 100n)).toBe(E.OK);
    expect(host.stat('f')).toMatchObject({ size: 100 });
    expect(host.symlink('target', 'link')).toBe(E.NOSPC);
    expect(host.unlink('f')).toBe(E.OK);
  });

  it('bounds the number of nodes, and gets them back', () => {
    const host = new GuestFiles();
    let made = 0;
    for (let errno = 0; made < 70_000; made += 1) {
      errno = host.mkdir(`d${made}`);
      if (errno !== E.OK) {
        expect(errno).toBe(E.NOSPC);
        break;
      }
    }
    expect(made).toBe(65_536);
    expect(host.at('path_remove_directory', 'd7')).toBe(E.OK);
    expect(host.mkdir('again')).toBe(E.OK);
    expect(host.create('file')).toBe(-E.NOSPC);
  });
});

describe('rights', () => {
  it('can be dropped, never regained', () => {
    const host = new GuestFiles();
    const fd = host.create('f');
    expect(host.write(fd, 'abc')).toBe(3);
    expect(host.wasi('fd_fdstat_set_rights', fd, 2n, 0n)).toBe(E.OK);
    expect(host.write(fd, 'x')).toBe(-E.NOTCAPABLE);
    expect(host.seek(fd, 0, 0)).toBe(-E.NOTCAPABLE);
    expect(host.wasi('fd_fdstat_set_rights', fd, 2n | 64n, 0n)).toBe(E.NOTCAPABLE);
    expect(host.wasi('fd_fdstat_set_rights', fd, -1n, 0n)).toBe(E.NOTCAPABLE);
  });

  it('are inherited from the directory', () => {
    const host = new GuestFiles();
    expect(host.wasi('fd_fdstat_set_rights', ROOT, 1n << 13n, 2n)).toBe(E.OK);
    expect(host.open('etc/hosts', { rights: 2n })).toBe(4);
    expect(host.open('etc/hosts', { rights: 2n | 64n })).toBe(-E.NOTCAPABLE);
    expect(host.create('new')).toBe(-E.NOTCAPABLE);
    expect(host.unlink('etc/hosts')).toBe(E.NOTCAPABLE);
  });
});
