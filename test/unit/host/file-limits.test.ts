import { describe, expect, it } from '@jest/globals';
import { fileUse } from '../../../src/host/wasi/session.ts';
import { GuestFiles, O, ROOT } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

/** The lines of the call's log. */
function logLines(host: GuestFiles): string[] {
  return host.logText.split('\n').slice(0, -1);
}

describe('what a call has used of its file limits', () => {
  it('is the most that it had at any time', () => {
    const host = new GuestFiles();
    const first = host.create('a');
    host.write(first, 'x'.repeat(500));
    host.write(host.create('b'), 'x'.repeat(300));
    expect(fileUse(host.slots)).toEqual({ peakBytes: 800, peakOpen: 6 });
    host.wasi('fd_close', first);
    host.unlink('a');
    host.write(host.create('c'), 'x'.repeat(400));
    expect(fileUse(host.slots)).toEqual({ peakBytes: 800, peakOpen: 6 });
    host.wasi('fd_filestat_set_size', host.open('c'), 600n);
    expect(fileUse(host.slots)).toEqual({ peakBytes: 900, peakOpen: 7 });
  });

  it('counts descriptors, not their numbers', () => {
    const host = new GuestFiles();
    for (let round = 0; round < 20; round += 1) {
      host.wasi('fd_renumber', host.create('a'), host.create('b'));
      host.wasi('fd_close', 5);
    }
    expect(fileUse(host.slots).peakOpen).toBe(6);
  });

  it('is what is open from the start where the call has not used any', () => {
    const host = new GuestFiles();
    expect(fileUse(host.slots)).toEqual({ peakBytes: 0, peakOpen: 4 });
    host.wasi('fd_fdstat_get', 1, host.allocate(24));
    expect(fileUse(host.slots)).toEqual({ peakBytes: 0, peakOpen: 4 });
  });
});

describe('a limit that files run into', () => {
  it('is in the log, once: bytes, also where a part of them fitted', () => {
    const host = new GuestFiles({ limits: { fileBytes: 10, logBytes: 0 } });
    const fd = host.create('f');
    expect(host.write(fd, '0123456789')).toBe(10);
    expect(host.logText).toBe('');
    host.seek(fd, 5, 0);
    expect(host.write(fd, '5678901')).toBe(5);
    expect(logLines(host)).toEqual([
      expect.stringMatching(/^ENOSPC: .* 12 bytes, 10 are allowed .*limits\.fileBytes.*--file-size/),
    ]);
    expect(host.write(fd, 'x')).toBe(-E.NOSPC);
    expect(host.wasi('fd_filestat_set_size', fd, 11n)).toBe(E.NOSPC);
    expect(host.symlink('target', 'link')).toBe(E.NOSPC);
    expect(logLines(host)).toHaveLength(1);
  });

  it('is in the log, once: open files', () => {
    const host = new GuestFiles({ limits: { openFiles: 5, logBytes: 0 } });
    const fd = host.create('f');
    expect(host.logText).toBe('');
    for (let time = 0; time < 3; time += 1) expect(host.open('f')).toBe(-E.MFILE);
    expect(host.env('dup', fd)).toBe(-1);
    expect(logLines(host)).toEqual([expect.stringMatching(/^EMFILE: .* 5 .*limits\.openFiles.*--open-files/)]);
  });

  it('is in the log, once: names, of which hard links are some', () => {
    const host = new GuestFiles();
    host.create('f');
    const link = (to: string): unknown => host.wasi('path_link', ROOT, 0, ...host.path('f'), ROOT, ...host.path(to, 1));
    let names = 1;
    while (names < 70_000 && link(`l${names}`) === E.OK) names += 1;
    expect(names).toBe(65_536);
    expect(host.mkdir('d')).toBe(E.NOSPC);
    expect(logLines(host)).toEqual([expect.stringMatching(/^ENOSPC: .*65536 files, directories and links/)]);
    expect(host.unlink('l1')).toBe(E.OK);
    expect(host.rename('l2', 'l1')).toBe(E.OK);
    expect(host.unlink('f')).toBe(E.OK);
    expect([host.mkdir('d'), host.mkdir('e'), host.mkdir('g')]).toEqual([E.OK, E.OK, E.NOSPC]);
  });

  it('is in the log, once: memory of the host', () => {
    const host = new GuestFiles({ keepBytes: 100_000 });
    const fd = host.create('f');
    expect(host.wasi('fd_filestat_set_size', fd, 200_000n)).toBe(E.NOSPC);
    let made = 0;
    while (made < 1000 && host.mkdir(`d${made}`) === E.OK) made += 1;
    expect(made).toBeLessThan(1000);
    expect(logLines(host)).toEqual([expect.stringMatching(/^ENOSPC: .*no memory left .* files/)]);
    expect(fileUse(host.slots).peakBytes).toBe(0);
  });

  it('does not make a file lose the name that it is given: what the old one took is not given back before', () => {
    const host = new GuestFiles();
    host.create('f');
    expect(host.wasi('path_link', ROOT, 0, ...host.path('f'), ROOT, ...host.path('old', 1))).toBe(E.OK);
    // As if other calls took all that is given back.
    Object.assign(host.context, { keep: (bytes: number) => bytes <= 0 });
    expect(host.rename('old', 'new')).toBe(E.OK);
    expect(host.open('new')).toBeGreaterThan(ROOT);
  });

  it('is no limit of the runtime tree, which costs the call nothing', () => {
    const host = new GuestFiles({ keepBytes: 0, limits: { fileBytes: 0 } });
    expect(host.contents('etc/hosts')).toMatch('localhost');
    expect(host.open('tmp', { oflags: O.DIRECTORY })).toBeGreaterThan(ROOT);
    expect([host.logText, host.kept]).toEqual(['', 0]);
  });
});
