import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { completed } from '../../../scripts/complete-lock.ts';

describe('package-lock.json', () => {
  it('has every optional package, so that npm ci works (node scripts/complete-lock.ts adds them)', async () => {
    const lock = JSON.parse(await readFile(new URL('../../../package-lock.json', import.meta.url), 'utf8'));
    expect(completed(lock.packages)).toEqual(lock.packages);
  });

  it('is completed with version and platform', () => {
    const parent = { version: '1.0.0', dev: true, optionalDependencies: { '@x/y-linux-x64-musl': '1.2.3' } };
    expect(completed({ '': {}, 'node_modules/y': parent })).toMatchObject({
      'node_modules/@x/y-linux-x64-musl': {
        version: '1.2.3',
        dev: true,
        optional: true,
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
      },
    });
  });

  it('is not completed by guessing', () => {
    expect(() => completed({ '': { optionalDependencies: { fsevents: '2.3.3' } } })).toThrow('fsevents');
    expect(() => completed({ '': { optionalDependencies: { 'y-linux-x64': '^1.0.0' } } })).toThrow('y-linux-x64');
  });
});
