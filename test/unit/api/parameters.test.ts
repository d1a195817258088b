import { describe, expect, it } from '@jest/globals';
import { PATH_PARAMETERS, type PathParameterName } from '../../../src/api/parameters.ts';
import { checkText, type JsonSchema } from '../../../src/api/schema.ts';

const HASH = 'ab'.repeat(32);
const TEXTS = [
  '',
  'a',
  '7',
  'demo',
  'a.b_c-d',
  '.a',
  '-a',
  'a..b',
  'a/b',
  'a b',
  'é',
  'x'.repeat(128),
  'x'.repeat(129),
  'deadbeef',
  'deadbee',
  'DEADBEEF',
  HASH,
  `${HASH}0`,
  '20261121T064237123Z-1a2b3c4d',
  '20261121T064237123Z-1a2b3c4',
  '12',
  '-1',
  '1.5',
  '9007199254740992',
];

/** Whether `check` lets a text through. */
function accepts(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

describe('parameters of paths', () => {
  it.each<PathParameterName>(['user', 'function', 'version', 'call', 'token'])(
    'are described as they are checked: %s',
    (name) => {
      const { schema, read } = PATH_PARAMETERS[name];
      const checked = TEXTS.filter((text) => accepts(() => read(text)));
      expect(checked.length).toBeGreaterThan(0);
      expect(checked.length).toBeLessThan(TEXTS.length);
      expect(TEXTS.filter((text) => accepts(() => checkText(schema as JsonSchema, text, 'x')))).toEqual(checked);
    },
  );
});
