import { describe, expect, it } from '@jest/globals';
import { joinArguments, splitArguments } from '../../../src/executor/arguments.ts';

describe('arguments', () => {
  it.each([
    ['', []],
    ['  ', []],
    ['one  two ', ['one', 'two']],
    ['the\\ "second"\\ arg 3', ['the "second" arg', '3']],
    ['a\\b "c d"', ['a\\b', '"c', 'd"']],
    ['ends\\', ['ends\\']],
    ['ends\\ ', ['ends ']],
  ])('of %j are split at blanks without a backslash', (text, words) => {
    expect(splitArguments(text)).toEqual(words);
  });

  it('come back as they were joined', () => {
    for (const words of [['a b', 'c'], [' ', 'x  y '], ['"q"', 'back\\slash'], []]) {
      expect(splitArguments(joinArguments(words))).toEqual(words);
    }
  });
});
