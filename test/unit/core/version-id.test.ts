import { describe, expect, it } from '@jest/globals';
import { checkVersion, isVersionId, versionId } from '../../../src/core/version-id.ts';

const HASH = '1a2b3c4d'.repeat(8);
const NOW = Date.UTC(2026, 10, 21, 6, 42, 37, 123);

describe('versionId', () => {
  it('is the time in UTC and the first digits of the hash', () => {
    expect(versionId(HASH, NOW)).toBe('20261121T064237123Z-1a2b3c4d');
    expect(isVersionId(versionId(HASH, NOW))).toBe(true);
  });

  it.each([
    ['at the same time', NOW],
    ['by a host whose clock is behind', NOW - 86_400_000],
  ])('sorts after the newest version there is, also %s', (_, now) => {
    const before = versionId(HASH, NOW);
    const after = versionId('0'.repeat(64), now, before);
    expect(after > before).toBe(true);
    expect(isVersionId(after)).toBe(true);
  });
});

describe('checkVersion', () => {
  it.each(['20261121T064237123Z-1a2b3c4d', '1a2b3c4d', HASH])('accepts %s', (selector) => {
    expect(checkVersion(selector)).toBe(selector);
  });

  it.each(['', '1a2b3c4', `${HASH}0`, '../../etc', '20261121T064237123Z', '1A2B3C4D', '1a2b3c4d\n', 'latest'])(
    'refuses %j',
    (selector) => {
      expect(() => checkVersion(selector)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
    },
  );
});
