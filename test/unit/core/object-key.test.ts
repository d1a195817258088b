import { describe, expect, it } from '@jest/globals';
import { checkFilePath, keyPart, partText } from '../../../src/core/object-key.ts';

describe('checkFilePath', () => {
  it.each([
    ['a', 'a'],
    ['/a//b/c.txt', 'a/b/c.txt'],
    ['some dir/ünï.txt', 'some dir/ünï.txt'],
    ['...', '...'],
  ])('accepts %j as %j', (path, clean) => {
    expect(checkFilePath(path)).toBe(clean);
  });

  it.each([
    '',
    '/',
    '.',
    '..',
    'a/../b',
    'a/./b',
    '../a',
    'a/',
    'a\\b',
    'a\0b',
    'a\nb',
    'a\u009b31m',
    '\ufffd',
    '\ud800',
    'x'.repeat(201),
    `${'x/'.repeat(301)}x`,
  ])('refuses %j', (path) => {
    expect(() => checkFilePath(path)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });
});

describe('keyPart', () => {
  it.each([
    ['hello.txt', 'hello.txt'],
    ['a b', 'a~20b'],
    ['~', '~7e'],
    ['ü', '~c3~bc'],
    ['😀', '~f0~9f~98~80'],
    ['..', '~2e~2e'],
    ['a/b', 'a~2fb'],
    ['\ufeffa', '~ef~bb~bfa'],
  ])('writes %j as %j, and reads it back', (text, part) => {
    expect(keyPart(text)).toBe(part);
    expect(partText(part)).toBe(text);
  });
});
