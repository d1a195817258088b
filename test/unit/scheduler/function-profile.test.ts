import { describe, expect, it } from '@jest/globals';
import type { StartKind } from '../../../src/core/call.ts';
import { FunctionProfile } from '../../../src/scheduler/function-profile.ts';
import { LONG_TURN_MS } from '../../../src/scheduler/placement.ts';

const SHORT = LONG_TURN_MS;
const LONG = LONG_TURN_MS + 0.1;

type Turns = readonly (readonly [ms: number, start?: StartKind])[];

function after(turns: Turns): string {
  const profile = new FunctionProfile();
  for (const [ms, start = 'warm'] of turns) profile.observe(ms, start);
  return profile.kind;
}

describe('what is known of a function', () => {
  it.each<[string, string, Turns]>([
    ['nothing before its first call', 'unknown', []],
    ['one short turn makes it short', 'short', [[SHORT]]],
    ['one long turn makes it long', 'long', [[LONG]]],
    ['a slow cold start says nothing', 'unknown', [[LONG, 'cold']]],
    ['a quick cold start says that it is short', 'short', [[SHORT, 'cold']]],
    ['a slow cold start of a short function says nothing either', 'short', [[SHORT], [LONG, 'cold']]],
    ['a slow first start of one that always starts fresh says nothing', 'unknown', [[LONG, 'fresh']]],
    ['but the second one does: its calls are never quicker', 'long', Array(2).fill([LONG, 'fresh'])],
    ['a short function is long after one long turn: it may hold up others', 'long', [[SHORT], [LONG]]],
    ['a long function is not short after a few short turns', 'long', [[LONG], ...Array(15).fill([SHORT])]],
    ['but after many in a row', 'short', [[LONG], ...Array(16).fill([SHORT])]],
    ['and not if a long one was among them', 'long', [[LONG], ...Array(15).fill([SHORT]), [LONG], [SHORT]]],
  ])('%s', (_, kind, turns) => {
    expect(after(turns)).toBe(kind);
  });

  it('is waited for a moment while the first call tells it', () => {
    const profile = new FunctionProfile();
    expect(profile.probing(0)).toBe(false);
    profile.probe(1000);
    expect([1000, 1009, 1010].map((now) => profile.probing(now))).toEqual([true, true, false]);
  });

  it('is not waited for any more once it has been told', () => {
    const profile = new FunctionProfile();
    profile.probe(1000);
    profile.observe(LONG, 'cold');
    expect(profile.probing(1001)).toBe(false);
  });
});
