import { describe, expect, it } from '@jest/globals';
import { type Batch, BatchTable } from '../../../src/api/faasm/batch-table.ts';

const HOUR = 3_600_000;
const batch = (owner: string, appId: number, ...calls: readonly number[]): Batch => ({
  owner,
  appId,
  messages: calls.map((call) => ({ id: call, call, user: owner, function: 'f', cmdline: '' })),
});

describe('batches', () => {
  it('are found by owner and app', () => {
    const table = new BatchTable();
    table.add(batch('alice', 1, 10));
    table.add(batch('bob', 1, 20));
    table.add(batch('alice', 2, 30));
    expect(table.get('alice', 1)?.messages.map(({ call }) => call)).toEqual([10]);
    expect(table.get('bob', 2)).toBeUndefined();
    expect(table.list('alice').map(({ appId }) => appId)).toEqual([2, 1]);
    expect(table.list()).toHaveLength(3);
    table.clear();
    expect(table.list()).toEqual([]);
  });

  it('grow by messages of the same app', () => {
    const table = new BatchTable();
    table.add(batch('alice', 1, 10));
    expect(table.add(batch('alice', 1, 11)).messages.map(({ call }) => call)).toEqual([10, 11]);
  });

  it('go an hour after they were last asked for', () => {
    let now = 0;
    const table = new BatchTable(() => now);
    table.add(batch('alice', 1));
    table.add(batch('alice', 2));
    now = HOUR - 1;
    expect(table.get('alice', 1)).toBeDefined();
    now = HOUR;
    expect(table.list().map(({ appId }) => appId)).toEqual([1]);
    now = 2 * HOUR - 1;
    expect(table.get('alice', 1)).toBeUndefined();
  });

  it('are bounded by their messages: the ones asked for longest ago go first', () => {
    const table = new BatchTable();
    const messages = Array.from({ length: 10_000 }, (_, call) => call);
    for (let appId = 0; appId < 10; appId += 1) table.add(batch('alice', appId, ...messages));
    table.get('alice', 0);
    table.add(batch('alice', 10, 1));
    expect(table.list()).toHaveLength(10);
    expect(table.get('alice', 0)).toBeDefined();
    expect(table.get('alice', 1)).toBeUndefined();
    expect(table.get('alice', 10)).toBeDefined();
  });

  it('that are larger than all of the room are there alone', () => {
    const table = new BatchTable();
    table.add(batch('alice', 1, 1));
    table.add(batch('alice', 2, ...Array.from({ length: 100_001 }, (_, call) => call)));
    expect(table.list().map(({ appId }) => appId)).toEqual([2]);
  });
});
