import { describe, expect, it } from '@jest/globals';
import { isText } from '../../../src/api/text-output.ts';

describe('outputs that are text', () => {
  it.each(['', 'Hello Faasm!', 'line\nline\r\n\ttab', 'é ü 漢 😀', '\u001b[1mbold\u001b[0m', 'x'.repeat(65_536)])(
    'are called text: %j',
    (text) => {
      expect(isText(Buffer.from(text))).toBe(true);
    },
  );

  it.each([
    ['numbers', [1, 0, 0, 0]],
    ['half a character', [0x61, 0xc3]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['latin 1', [0x61, 0xe9, 0x61]],
    ['a bell', [0x61, 0x07]],
    ['a delete', [0x7f]],
  ])('are not called text: %s', (_, bytes) => {
    expect(isText(Uint8Array.from(bytes))).toBe(false);
  });

  it('are not looked for in large outputs', () => {
    expect(isText(new Uint8Array(65_537).fill(0x61))).toBe(false);
  });
});
