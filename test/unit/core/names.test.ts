import { describe, expect, it } from '@jest/globals';
import { checkKey, checkName, refName } from '../../../src/core/names.ts';

const invalid = expect.objectContaining({ code: 'INVALID_NAME' });

describe('user and function names', () => {
  it.each(['a', 'Demo', '7', 'my-function_2.v1', 'x'.repeat(128), 'a.', 'a-'])('allows %p', (name) => {
    expect(checkName(name, 'user')).toBe(name);
  });

  it.each([
    '',
    '.',
    '..',
    '.hidden',
    'a..b',
    '-flag',
    '_private',
    'a/b',
    'a\\b',
    '../etc/passwd',
    '%2e%2e',
    'a b',
    'a\n',
    'a\0',
    'name*',
    'a:b',
    'über',
    'ａ', // a full-width letter
    'a\u200b', // a space that cannot be seen
    '__proto__',
    'x'.repeat(129),
  ])('refuses %p', (name) => {
    expect(() => checkName(name, 'function')).toThrow(invalid);
  });

  it('says which name is wrong and shows no more than its beginning', () => {
    expect(() => checkName(`/${'x'.repeat(10_000)}`, 'function')).toThrow(/^Invalid function name "\/x{79}…": use/);
    expect(() => checkName('\u001b[31m', 'user')).toThrow(/^Invalid user name "\\u001b\[31m":/);
  });

  it('cannot be mistaken for each other when put together', () => {
    expect(refName({ user: 'a', function: 'b-c' })).not.toBe(refName({ user: 'a-b', function: 'c' }));
  });
});

describe('state keys', () => {
  it.each(['k', 'a/b/../c', 'with blanks', 'Schlüssel', '鍵', '🔑', '"quoted"', 'x'.repeat(512), 'ü'.repeat(256)])(
    'allows printable text: %p',
    (key) => {
      expect(checkKey(key)).toBe(key);
    },
  );

  it.each(['', 'a\0b', 'a\n', '\t', '\u007f', 'x'.repeat(513), 'ü'.repeat(257), '🔑'.repeat(129)])(
    'refuses %p',
    (key) => {
      expect(() => checkKey(key)).toThrow(invalid);
    },
  );

  it.each([
    ['half a surrogate pair', '\ud800'],
    ['what bytes that are no UTF-8 are read as', 'key \ufffd'],
  ])('refuses what different keys would become equal to: %s', (_, key) => {
    expect(() => checkKey(key)).toThrow(invalid);
  });
});
