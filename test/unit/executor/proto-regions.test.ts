import { describe, expect, it } from '@jest/globals';
import type { ErrorRecord } from '../../../src/core/errors.ts';
import { mapProtoRegions, type RegionUser } from '../../../src/executor/proto-regions.ts';
import type { StateReply } from '../../../src/executor/thread-state.ts';
import type { ProtoFunction } from '../../../src/faaslet/proto-function.ts';
import type { StateAnswer } from '../../../src/state/state-requests.ts';

const REGIONS: ProtoFunction['regions'] = [
  { key: 'a', sizeBytes: 10, address: 0x10000 },
  { key: 'b', sizeBytes: 20, address: 0x20000 },
];
const GIVEN = { value: { storage: {} } } as unknown as StateAnswer;

/** Maps the regions; `answer` is what the local tier says to what was asked last. */
function mapping(sharedRegions = true) {
  const asked: unknown[][] = [];
  const mapped: unknown[][] = [];
  const ended: (ErrorRecord | undefined)[] = [];
  const replies: StateReply[] = [];
  const state = { over: false, fails: false };
  const regions = {
    mapAt: (key: string, _: unknown, address: number) => {
      if (state.fails) throw new Error('no place');
      mapped.push([key, address]);
    },
  };
  const call = {
    id: 7,
    user: 'demo',
    layer: { abilities: { sharedRegions } },
    faaslet: () => (state.over ? undefined : { regions }),
    state: {
      askPointer: (id, user, key, { totalBytes, declares }, reply) => {
        asked.push([id, user, key, totalBytes, declares]);
        replies.push(reply);
      },
    },
  } as RegionUser;
  mapProtoRegions(call, REGIONS, (error) => ended.push(error));
  const answer = (given: StateAnswer): void => replies.shift()?.(given);
  return { asked, mapped, ended, state, answer };
}

describe('regions of a proto-function', () => {
  it('are mapped one after the other, where they were', () => {
    const { asked, mapped, ended, answer } = mapping();
    expect(asked).toEqual([[7, 'demo', 'a', 10, false]]);
    answer(GIVEN);
    expect([asked.length, ended.length]).toEqual([2, 0]);
    answer(GIVEN);
    expect([mapped, ended]).toEqual([
      [
        ['a', 0x10000],
        ['b', 0x20000],
      ],
      [undefined],
    ]);
  });

  it('are copies whose changes are declared where they cannot be shared', () => {
    expect(mapping(false).asked).toEqual([[7, 'demo', 'a', 10, true]]);
  });

  it.each([
    ['the tier refuses one', { error: { code: 'HOST_OVERLOADED', message: 'no' } }, false, 'HOST_OVERLOADED'],
    ['the tier has none', { value: undefined }, false, 'INTERNAL'],
    ['there is no place', GIVEN, true, 'INTERNAL'],
  ] as const)('end the call when %s', (_, given, fails, code) => {
    const { asked, ended, state, answer } = mapping();
    state.fails = fails;
    answer(given as StateAnswer);
    expect(ended.map((error) => error?.code)).toEqual([code]);
    expect(asked).toHaveLength(1);
  });

  it('are of no use any more when the call is over', () => {
    const { asked, mapped, ended, state, answer } = mapping();
    state.over = true;
    answer(GIVEN);
    expect([asked.length, mapped, ended]).toEqual([1, [], []]);
  });
});
