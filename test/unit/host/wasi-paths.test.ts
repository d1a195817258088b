import { describe, expect, it } from '@jest/globals';
import { GuestFiles, O, ROOT } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

describe('paths', () => {
  it('never leave the tree', () => {
    const host = new GuestFiles();
    for (const path of ['/etc/hosts', '..', '../etc/hosts', 'etc/../../etc/hosts', 'tmp/../..']) {
      expect(host.open(path, { rights: 2n })).toBe(-E.NOTCAPABLE);
    }
    expect(host.contents('./etc//../tmp/./../etc/hosts')).toMatch('localhost');
    const tmp = host.open('tmp', { oflags: O.DIRECTORY });
    expect(host.open('../etc/hosts', { at: tmp, rights: 2n })).toBe(-E.NOTCAPABLE);
    expect(host.symlink('/etc/hosts', 'absolute')).toBe(E.NOTCAPABLE);
    expect(host.symlink('../../etc/hosts', 'tmp/up')).toBe(E.OK);
    expect(host.contents('tmp/up')).toBe(-E.NOTCAPABLE);
    expect(host.symlink('../etc', 'tmp/sideways')).toBe(E.OK);
    expect(host.contents('tmp/sideways/hosts')).toMatch('localhost');
    expect(host.open('sideways/hosts', { at: tmp, rights: 2n })).toBe(-E.NOTCAPABLE);
  });

  it('have limits and must be UTF-8', () => {
    const host = new GuestFiles();
    expect(host.create('n'.repeat(255))).toBeGreaterThan(3);
    expect(host.create('n'.repeat(256))).toBe(-E.NAMETOOLONG);
    expect(host.create('é'.repeat(128))).toBe(-E.NAMETOOLONG);
    expect(host.open('a/'.repeat(2100))).toBe(-E.NAMETOOLONG);
    expect(host.open('')).toBe(-E.NOENT);
    expect(host.open('a\0b')).toBe(-E.INVAL);
    const [address] = host.put(new Uint8Array([0x61, 0xff]));
    expect(host.wasi('path_unlink_file', ROOT, address, 2)).toBe(E.ILSEQ);
    expect(host.wasi('path_unlink_file', ROOT, -2, 4)).toBe(E.FAULT);
    expect(host.wasi('path_unlink_file', ROOT, 0, -1)).toBe(E.NAMETOOLONG);
    expect(host.wasi('path_unlink_file', 77, address, 1)).toBe(E.BADF);
    expect(host.wasi('path_unlink_file', 1, address, 1)).toBe(E.NOTDIR);
  });

  it('open as the flags say', () => {
    const host = new GuestFiles();
    host.create('f');
    expect(host.open('f', { oflags: O.CREAT | O.EXCL })).toBe(-E.EXIST);
    expect(host.open('f', { oflags: O.DIRECTORY })).toBe(-E.NOTDIR);
    expect(host.open('f/', { rights: 2n })).toBe(-E.NOTDIR);
    expect(host.open('f/x')).toBe(-E.NOTDIR);
    expect(host.open('none/x', { oflags: O.CREAT })).toBe(-E.NOENT);
    expect(host.open('new/', { oflags: O.CREAT })).toBe(-E.ISDIR);
    expect(host.open('tmp', { oflags: O.CREAT })).toBe(-E.ISDIR);
    expect(host.open('tmp', { oflags: O.CREAT, rights: 2n })).toBe(-E.ISDIR);
    expect(host.open('tmp', { oflags: O.CREAT | O.DIRECTORY })).toBe(-E.INVAL);
    expect(host.open('f', { oflags: 16 })).toBe(-E.INVAL);
    expect(host.open('f', { fdflags: 64 })).toBe(-E.INVAL);
    expect(host.open('tmp/', { oflags: O.DIRECTORY })).toBeGreaterThan(3);
  });
});

describe('symbolic links', () => {
  it('are followed on request, and always before the last name', () => {
    const host = new GuestFiles();
    expect(host.symlink('etc', 'link')).toBe(E.OK);
    expect(host.symlink('link/hosts', 'h')).toBe(E.OK);
    expect(host.contents('h')).toMatch('localhost');
    expect(host.open('h', { follow: false, rights: 2n })).toBe(-E.LOOP);
    expect(host.stat('h', false)).toMatchObject({ type: 7, size: 10 });
    expect(host.stat('h')).toMatchObject({ type: 4 });
    expect(host.stat('link/', false)).toMatchObject({ type: 3 });
    expect(host.at('path_remove_directory', 'link/')).toBe(E.NOTDIR);
    expect(host.unlink('link')).toBe(E.OK);
    expect(host.contents('h')).toBe(-E.NOENT);
    expect(host.contents('etc/hosts')).toMatch('localhost');
  });

  it('create what they point to, but not exclusively', () => {
    const host = new GuestFiles();
    host.symlink('target', 'link');
    expect(host.open('link', { oflags: O.CREAT | O.EXCL })).toBe(-E.EXIST);
    expect(host.write(host.create('link'), 'x')).toBe(1);
    expect(host.contents('target')).toBe('x');
  });

  it('end in ELOOP when they go in circles or too far', () => {
    const host = new GuestFiles();
    host.symlink('b', 'a');
    host.symlink('a', 'b');
    expect(host.open('a')).toBe(-E.LOOP);
    expect(host.open('a/x')).toBe(-E.LOOP);
    for (let n = 0; n < 40; n += 1) host.symlink(n === 0 ? 'etc/hosts' : `l${n - 1}`, `l${n}`);
    expect(host.contents('l31')).toMatch('localhost');
    expect(host.contents('l32')).toBe(-E.LOOP);
  });

  it('are read into what room there is', () => {
    const host = new GuestFiles();
    host.symlink('some/target', 'l');
    const [buffer, result] = [host.allocate(16), host.allocate(4)];
    expect(host.wasi('path_readlink', ROOT, ...host.path('l'), buffer, 4, result)).toBe(E.OK);
    expect([host.memory.u32(result), host.text(buffer, 5)]).toEqual([4, 'some\0']);
    expect(host.wasi('path_readlink', ROOT, ...host.path('etc'), buffer, 4, result)).toBe(E.INVAL);
  });
});

describe('hard links, renaming, removing', () => {
  it('shares one file under two names', () => {
    const host = new GuestFiles();
    host.write(host.create('a'), 'shared');
    const link = (from: string, to: string, flags = 0): unknown =>
      host.wasi('path_link', ROOT, flags, ...host.path(from), ROOT, ...host.path(to, 1));
    expect(link('a', 'b')).toBe(E.OK);
    expect(link('a', 'b')).toBe(E.EXIST);
    expect(link('etc', 'dir')).toBe(E.PERM);
    expect(link('a', 'c', 1)).toBe(E.INVAL);
    expect(host.stat('b')).toMatchObject({ links: 2 });
    expect(host.rename('a', 'b')).toBe(E.OK); // the same file: nothing happens
    expect(host.unlink('a')).toBe(E.OK);
    expect(host.contents('b')).toBe('shared');
  });

  it('renames as POSIX does', () => {
    const host = new GuestFiles();
    host.write(host.create('a'), 'A');
    host.write(host.create('b'), 'B');
    host.mkdir('d');
    host.mkdir('d/e');
    host.mkdir('empty');
    expect(host.rename('a', 'b')).toBe(E.OK);
    expect([host.contents('a'), host.contents('b')]).toEqual([-E.NOENT, 'A']);
    expect(host.rename('b', 'd')).toBe(E.ISDIR);
    expect(host.rename('d', 'b')).toBe(E.NOTDIR);
    expect(host.rename('empty', 'd')).toBe(E.NOTEMPTY);
    expect(host.rename('d', 'd/e/f')).toBe(E.INVAL);
    expect(host.rename('d', 'empty')).toBe(E.OK);
    expect(host.stat('empty/e')).toMatchObject({ type: 3 });
    expect(host.rename('b', 'x/')).toBe(E.NOTDIR);
    expect(host.rename('none', 'x')).toBe(E.NOENT);
    expect(host.rename('etc', 'tmp/etc')).toBe(E.OK);
    expect(host.contents('tmp/etc/hosts')).toMatch('localhost');
    expect(host.open('etc')).toBe(-E.NOENT);
  });

  it('removes empty directories only, and files as files', () => {
    const host = new GuestFiles();
    host.mkdir('d');
    host.create('d/f');
    for (const there of ['d', 'd/', 'd/f', 'd/f/']) expect(host.mkdir(there)).toBe(E.EXIST);
    expect(host.unlink('d')).toBe(E.ISDIR);
    expect(host.at('path_remove_directory', 'd')).toBe(E.NOTEMPTY);
    expect(host.at('path_remove_directory', 'd/f')).toBe(E.NOTDIR);
    expect(host.at('path_remove_directory', 'd/.')).toBe(E.INVAL);
    expect(host.unlink('d/f/')).toBe(E.NOTDIR);
    expect(host.unlink('d/f')).toBe(E.OK);
    const fd = host.open('d', { oflags: O.DIRECTORY });
    expect(host.at('path_remove_directory', 'd')).toBe(E.OK);
    expect(host.open('f', { at: fd, oflags: O.CREAT })).toBe(-E.NOENT);
    expect(host.at('path_create_directory', 'x', fd)).toBe(E.NOENT);
    expect(host.at('path_remove_directory', 'd')).toBe(E.NOENT);
  });
});

describe('fd_readdir', () => {
  it('lists everything once, however small the buffer', () => {
    const host = new GuestFiles();
    const names = Array.from({ length: 100 }, (_, n) => `file-${n}`);
    for (const name of names) host.wasi('fd_close', host.create(`tmp/${name}`));
    const fd = host.open('tmp', { oflags: O.DIRECTORY });
    const seen: string[] = [];
    for (let cookie = 0n, more = true; more; ) {
      const page = host.readdir(fd, cookie, 100);
      seen.push(...page.entries.map(({ name }) => name));
      cookie = page.entries.at(-1)?.next ?? cookie;
      more = page.more;
    }
    expect(seen).toEqual(['.', '..', ...names]);
    expect(host.readdir(fd, 2n ** 64n - 1n).entries).toEqual([]);
  });

  it('keeps cookies good while entries come and go', () => {
    const host = new GuestFiles();
    for (const name of ['a', 'b', 'c', 'd']) host.create(`tmp/${name}`);
    const fd = host.open('tmp', { oflags: O.DIRECTORY });
    const first = host.readdir(fd, 0n).entries;
    const afterB = first.find(({ name }) => name === 'b')?.next ?? 0n;
    for (const name of ['a', 'b', 'c']) host.unlink(`tmp/${name}`);
    host.create('tmp/b');
    expect(host.readdir(fd, afterB).entries.map(({ name }) => name)).toEqual(['d', 'b']);
    expect(host.readdir(fd, 0n).entries.map(({ name }) => name)).toEqual(['.', '..', 'd', 'b']);
  });

  it('shows the runtime tree with its changes', () => {
    const host = new GuestFiles();
    host.unlink('etc/passwd');
    host.create('etc/new');
    host.create('etc/passwd');
    const fd = host.open('etc', { oflags: O.DIRECTORY });
    const names = host.readdir(fd, 0n).entries.map(({ name }) => name);
    expect(names).toEqual(['.', '..', 'hosts', 'resolv.conf', 'new', 'passwd']);
  });

  it('refuses what is no directory', () => {
    const host = new GuestFiles();
    const fd = host.create('f');
    expect(host.wasi('fd_readdir', fd, 0, 100, 0n, 0)).toBe(E.NOTDIR);
    expect(host.wasi('fd_readdir', ROOT, -1, 100, 0n, 0)).toBe(E.FAULT);
    expect(host.wasi('fd_readdir', ROOT, 64, 100, 0n, -1)).toBe(E.FAULT);
  });
});
