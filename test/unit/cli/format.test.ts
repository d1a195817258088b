import { describe, expect, it } from '@jest/globals';
import { fields, plural, printable, relativeTime, sizeText, table, timeText, wrap } from '../../../src/cli/format.ts';

describe('sizeText', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [128 * 1024 ** 2, '128 MiB'],
    [1.25 * 1024 ** 3, '1.3 GiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ])('%i bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));
});

describe('timeText', () => {
  it.each([
    [0, '0 ms'],
    [0.0312, '0.031 ms'],
    [4.56, '4.6 ms'],
    [303.2, '303 ms'],
    [1_250, '1.3 s'],
    [90_000, '1.5 min'],
    [7_200_000, '2 h'],
  ])('%d ms are %s', (ms, text) => expect(timeText(ms)).toBe(text));
});

describe('relativeTime', () => {
  const now = Date.parse('2026-11-21T08:00:00Z');
  it.each([
    ['2026-11-21T08:00:00.200Z', 'now'],
    ['2026-11-21T07:59:59Z', '1 second ago'],
    ['2026-11-21T07:57:01Z', '2 minutes ago'],
    ['2026-11-20T08:00:00Z', '1 day ago'],
    ['2024-11-21T08:00:00Z', '2 years ago'],
    ['2026-11-24T08:00:00Z', 'in 3 days'],
    ['no time', 'no time'],
  ])('%s is %s', (instant, text) => expect(relativeTime(instant, now)).toBe(text));
});

describe('table', () => {
  it('aligns columns, numbers to the right, and leaves no blanks at the ends', () => {
    const lines = table(
      [{ title: 'SIZE', right: true }, { title: 'KEY' }, { title: 'NOTE' }],
      [
        ['9 B', 'text', ''],
        ['1.5 KiB', 'größe', 'x'],
      ],
    );
    expect(lines).toEqual(['   SIZE  KEY    NOTE', '    9 B  text', '1.5 KiB  größe  x']);
  });

  it('lets no cell move the cursor', () => {
    expect(table([{ title: 'NOTE' }], [['a\u001b[31mb\nc']])[1]).toBe('a�[31mb�c');
  });
});

it('fields aligns values and leaves out what is not known', () => {
  expect(
    fields([
      ['a', '1'],
      ['long', '2'],
      ['b', undefined],
    ]),
  ).toEqual(['a     1', 'long  2']);
});

it('wrap breaks at blanks, never inside a word', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('incomprehensibilities are', 5)).toEqual(['incomprehensibilities', 'are']);
});

it('plural', () => {
  expect([plural(0, 'core'), plural(1, 'core'), plural(2, 'core')]).toEqual(['0 cores', '1 core', '2 cores']);
});

it('printable keeps letters of all languages', () => expect(printable('naïve 名前')).toBe('naïve 名前'));
