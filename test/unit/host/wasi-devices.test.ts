import { describe, expect, it } from '@jest/globals';
import { GuestFiles, O } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

const CHARACTER_DEVICE = 2;
const APPEND = 1;

describe('devices', () => {
  it('take whatever is written, as much as it is, and keep nothing of it', () => {
    const host = new GuestFiles({ limits: { fileBytes: 0 } });
    for (const name of ['null', 'zero', 'random', 'urandom']) {
      const fd = host.open(`dev/${name}`, { oflags: O.CREAT | O.TRUNC, fdflags: APPEND });
      for (let i = 0; i < 3; i += 1) expect(host.write(fd, 'x'.repeat(4000))).toBe(4000);
      expect(host.seek(fd, 0, 2)).toBe(0);
      expect(host.wasi('fd_filestat_set_size', fd, 10n)).toBe(E.INVAL);
      expect(host.stat(`dev/${name}`)).toMatchObject({ type: CHARACTER_DEVICE, size: 0 });
    }
    expect(host.logText).toBe('');
  });

  it('give nothing, zeros, or random bytes, without end and wherever they are read', () => {
    const host = new GuestFiles();
    const read = (name: string, at: number): string | number => {
      const fd = host.open(`dev/${name}`);
      host.seek(fd, at, 0);
      return host.read(fd, 4000);
    };
    for (const at of [0, 1_000_000]) {
      expect(read('null', at)).toBe('');
      expect(read('zero', at)).toBe('\0'.repeat(4000));
      for (const name of ['random', 'urandom']) expect(new Set(String(read(name, at))).size).toBeGreaterThan(50);
    }
    expect(read('urandom', 0)).not.toBe(read('urandom', 0));
  });

  it('are names like others: private to the call', () => {
    const host = new GuestFiles();
    expect(host.rename('dev/null', 'n')).toBe(E.OK);
    expect(host.write(host.open('n'), 'text')).toBe(4);
    expect(host.contents('n')).toBe('');
    expect(host.unlink('dev/zero')).toBe(E.OK);
    expect(host.open('dev/zero')).toBe(-E.NOENT);
    expect(new GuestFiles().stat('dev/zero')).toMatchObject({ type: CHARACTER_DEVICE });
  });
});
