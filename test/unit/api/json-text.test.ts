import { describe, expect, it } from '@jest/globals';
import { parseJsonText } from '../../../src/api/json-text.ts';

const refused = expect.objectContaining({ code: 'BAD_REQUEST' });

describe('JSON of clients', () => {
  it('may have strings of any length, whatever is in them', () => {
    const text = '[{,"\\'.repeat(200_000);
    expect(parseJsonText(JSON.stringify({ input_data: text, last: 1 }))).toEqual({ input_data: text, last: 1 });
  });

  it('may have many values', () => {
    expect(parseJsonText(JSON.stringify(new Array(99_000).fill(1)))).toHaveLength(99_000);
  });

  it.each([
    ['names', `{${Array.from({ length: 110_000 }, (_, at) => `"${at}x":1`).join(',')}}`],
    ['objects', `[${'{},'.repeat(110_000)}1]`],
    ['arrays in arrays', '['.repeat(110_000) + ']'.repeat(110_000)],
  ])('is refused before it is parsed with too many %s', (_, text) => {
    expect(() => parseJsonText(text)).toThrow(refused);
  });
});
