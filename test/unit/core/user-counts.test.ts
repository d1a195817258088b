import { expect, it } from '@jest/globals';
import { UserCounts } from '../../../src/core/user-counts.ts';

it('counts for each user', () => {
  const counts = new UserCounts();
  counts.add('ada', 3);
  counts.add('bob', 1);
  counts.add('ada', -1);
  expect([counts.of('ada'), counts.of('bob'), counts.of('nobody')]).toEqual([2, 1, 0]);
});

it('goes on with more users than it keeps without a count', () => {
  const counts = new UserCounts();
  const users = Array.from({ length: 1000 }, (_, at) => `user-${at}`);
  for (const user of users) counts.add(user, 2);
  for (const user of users) counts.add(user, -2);
  counts.add('user-999', 1);
  expect(users.map((user) => counts.of(user)).filter((count) => count !== 0)).toEqual([1]);
});
