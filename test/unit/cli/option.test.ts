import { describe, expect, it } from '@jest/globals';
import {
  callId,
  filePath,
  functionName,
  stateKey,
  userPrefix,
  version,
  versionedName,
} from '../../../src/cli/names.ts';
import { choice, count, orDefault, size, time } from '../../../src/cli/option.ts';

describe('kinds of values', () => {
  it('time takes units; a bare number has the unit of its option', () => {
    expect([time('ms').parse('500'), time('s').parse('30'), time('d').parse('30')]).toEqual([
      500, 30_000, 2_592_000_000,
    ]);
    expect(['5m', '1.5s', '250ms', '2h'].map(time('s').parse)).toEqual([300_000, 1_500, 250, 7_200_000]);
    expect(['', '-1', '5 s', '5x', 's', '1e3'].map(time('s').parse)).toEqual(Array(6).fill(undefined));
  });

  it('size takes binary units', () => {
    expect(['65536', '64KiB', '1GiB'].map(size().parse)).toEqual([65_536, 65_536, 1024 ** 3]);
    expect(['64KB', 'x', '-1'].map(size().parse)).toEqual([undefined, undefined, undefined]);
  });

  it('count has bounds', () => {
    const kind = count('number', 1, 10);
    expect(['1', '10', '0', '11', '1.5', ''].map(kind.parse)).toEqual([1, 10, ...Array(4).fill(undefined)]);
  });

  it('choice and orDefault', () => {
    expect(choice('a', 'b').parse('b')).toBe('b');
    expect(choice('a', 'b').parse('c')).toBeUndefined();
    expect(orDefault(size()).parse('default')).toBeNull();
  });
});

describe('names', () => {
  it('functions, with versions where they may have one', () => {
    expect(functionName.parse('demo/hello')).toEqual({ user: 'demo', function: 'hello' });
    expect(versionedName.parse('demo/hello@1a2b3c4d')).toEqual({
      user: 'demo',
      function: 'hello',
      version: '1a2b3c4d',
    });
    expect(versionedName.parse('demo/hello')).toEqual({ user: 'demo', function: 'hello' });
    const wrong = ['demo', 'demo/', '/hello', 'a/b/c', 'demo/hello@x', 'demo/hello@1a2b3c4d@1a2b3c4d', '../x', 'a/..'];
    expect(wrong.map(versionedName.parse)).toEqual(Array(wrong.length).fill(undefined));
    expect(functionName.parse('demo/hello@1a2b3c4d')).toBeUndefined();
  });

  it('state keys and files go up to the end', () => {
    expect(stateKey.parse('demo/a/../b')).toEqual({ user: 'demo', path: 'a/../b' });
    expect(['demo', 'demo/', 'demo/..', 'demo/.'].map(stateKey.parse)).toEqual(Array(4).fill(undefined));
    expect(filePath.parse('demo/dir/x.bin')).toEqual({ user: 'demo', path: 'dir/x.bin' });
    expect(['demo/../x', 'demo/dir/'].map(filePath.parse)).toEqual([undefined, undefined]);
    expect(userPrefix.parse('demo')).toEqual({ user: 'demo', path: '' });
    expect(userPrefix.parse('demo/a/')).toEqual({ user: 'demo', path: 'a/' });
  });

  it('versions and calls', () => {
    expect(version.parse('20261121T064237123Z-1a2b3c4d')).toBe('20261121T064237123Z-1a2b3c4d');
    expect([version.parse('1a2b'), version.parse('latest')]).toEqual([undefined, undefined]);
    expect([callId.parse('123'), callId.parse('12x'), callId.parse('')]).toEqual([123, undefined, undefined]);
  });
});
