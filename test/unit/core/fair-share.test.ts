import { expect, it } from '@jest/globals';
import { FairShare } from '../../../src/core/fair-share.ts';

it('leaves each user three quarters of what the others leave', () => {
  const share = new FairShare(1024);
  expect(share.most('ada')).toBe(768);
  share.add('ada', 768);
  expect([share.most('ada'), share.most('bob')]).toEqual([768, 192]);
  share.add('bob', 192);
  expect([share.most('ada'), share.most('bob'), share.most('eve')]).toEqual([624, 192, 48]);
  share.add('ada', -768);
  expect([share.all, share.of('ada'), share.besides('bob'), share.most('bob')]).toEqual([192, 0, 0, 768]);
});

it('counts what is nobody’s for all', () => {
  const share = new FairShare(100);
  share.add(undefined, 60);
  expect([share.all, share.most('ada')]).toEqual([60, 30]);
});

it('has no end without a limit', () => {
  const share = new FairShare(Number.POSITIVE_INFINITY);
  share.add('ada', 1e15);
  expect(share.most('bob')).toBe(Number.POSITIVE_INFINITY);
});
