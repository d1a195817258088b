import { describe, expect, it } from '@jest/globals';
import { closest, editDistance } from '../../../src/cli/suggest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['', 'abc', 3],
    ['invoke', 'invoke', 0],
    ['invok', 'invoke', 1],
    ['inovke', 'invoke', 1],
    ['statsu', 'status', 1],
    ['upload', 'upland', 2],
    ['kitten', 'sitting', 3],
  ])('%s to %s takes %i steps', (a, b, steps) => {
    expect(editDistance(a, b)).toBe(steps);
    expect(editDistance(b, a)).toBe(steps);
  });
});

describe('closest', () => {
  const names = ['up', 'upload', 'invoke', 'status', 'functions'];

  it('finds what a typo means', () => {
    expect(closest('invkoe', names)).toBe('invoke');
    expect(closest('STATUS', names)).toBe('status');
    expect(closest('fucntion', names)).toBe('functions');
  });

  it('does not guess wildly', () => {
    expect(closest('deploy-everything', names)).toBeUndefined();
    expect(closest('xyz', names)).toBeUndefined();
    expect(closest('invoke', [])).toBeUndefined();
  });
});
