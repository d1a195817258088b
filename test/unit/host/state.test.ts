import { describe, expect, it } from '@jest/globals';
import type { StateAccess } from '../../../src/host/context.ts';
import { STATE_FUNCTIONS } from '../../../src/host/state.ts';
import { FakeHost } from '../../support/host-context.ts';

/** Records what the state layer is asked for. */
function recorder(): StateAccess & { readonly asked: unknown[][] } {
  const asked: unknown[][] = [];
  const note =
    <T>(name: string, answer: T) =>
    (...args: unknown[]): T => {
      asked.push([name, ...args]);
      return answer;
    };
  return {
    asked,
    size: note('size', 9),
    pointer: note('pointer', 65_536),
    read: note('read', Promise.resolve(4)),
    readSpan: note('readSpan', undefined),
    write: note('write', undefined),
    writeSpan: note('writeSpan', undefined),
    set: note('set', 17),
    declare: note('declare', undefined),
    push: note('push', undefined),
    pushMasked: note('pushMasked', undefined),
    pull: note('pull', undefined),
    append: note('append', undefined),
    readAppended: note('readAppended', undefined),
    clearAppended: note('clearAppended', undefined),
    add: note('add', 7n),
    compareAndSet: note('compareAndSet', 1),
    lock: note('lock', undefined),
    unlock: note('unlock', undefined),
  };
}

describe('state', () => {
  it('hands addresses to the state layer and answers what it answers', async () => {
    const state = recorder();
    const host = new FakeHost({ state });
    const [key] = host.put('counter\0');
    const buffer = host.allocate(16);
    expect(host.env('__faasm_read_state', key, 0, 0)).toBe(9);
    await expect(host.env('__faasm_read_state', key, buffer, 16)).resolves.toBe(4);
    expect(host.env('__faasm_read_state_ptr', key, 100)).toBe(65_536);
    host.env('__faasm_write_state', key, buffer, 8);
    host.env('__faasm_push_state', key);
    expect(state.asked).toEqual([
      ['size', 'counter'],
      ['read', 'counter', buffer, 16],
      ['pointer', 'counter', 100],
      ['write', 'counter', buffer, 8],
      ['push', 'counter'],
    ]);
    expect(STATE_FUNCTIONS.every(({ waits }) => waits === true)).toBe(true);
  });

  it('hands over parts of values, with what their size should be', () => {
    const state = recorder();
    const host = new FakeHost({ state });
    const [key] = host.put('k\0');
    const [mask] = host.put('m\0');
    const buffer = host.allocate(16);
    host.env('__faasm_read_state_offset', key, 100, 10, buffer, 16);
    expect(host.env('__faasm_read_state_offset_ptr', key, 100, 20, 5)).toBe(65_536);
    host.env('__faasm_write_state_offset', key, 100, -1, buffer, 16);
    host.env('__faasm_flag_state_dirty', key, 100);
    host.env('__faasm_flag_state_offset_dirty', key, 0, 3, 4);
    host.env('__faasm_push_state_partial', key);
    host.env('__faasm_push_state_partial_mask', key, mask);
    host.env('__faasm_pull_state', key, 100);
    const span = (totalBytes: number, offset: number, length: number) => ({ totalBytes, offset, length });
    expect(state.asked).toEqual([
      ['readSpan', 'k', span(100, 10, 16), buffer],
      ['pointer', 'k', 100, span(100, 20, 5)],
      ['writeSpan', 'k', span(100, 2 ** 32 - 1, 16), buffer],
      ['declare', 'k'],
      ['declare', 'k', span(0, 3, 4)],
      ['push', 'k', true],
      ['pushMasked', 'k', 'm'],
      ['pull', 'k', 100],
    ]);
  });

  it('hands over records, sums, comparisons and locks', () => {
    const state = recorder();
    const host = new FakeHost({ state });
    const [key] = host.put('k\0');
    const [expected] = host.put('old!');
    const [replacement] = host.put('new!');
    const buffer = host.allocate(16);
    host.env('__faasm_append_state', key, buffer, 16);
    host.env('__faasm_read_appended_state', key, buffer, 16, 4);
    host.env('__faasm_clear_appended_state', key);
    expect(host.env('__faasm_state_add', key, 8, -5n, 4)).toBe(7n);
    expect(host.env('__faasm_state_compare_and_set', key, 8, expected, replacement, 4)).toBe(1);
    for (const lock of ['read', 'write', 'global']) {
      host.env(`__faasm_lock_state_${lock}`, key);
      host.env(`__faasm_unlock_state_${lock}`, key);
    }
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(state.asked).toEqual([
      ['append', 'k', buffer, 16],
      ['readAppended', 'k', buffer, 16, 4],
      ['clearAppended', 'k'],
      ['add', 'k', 8, -5n, 4],
      ['compareAndSet', 'k', 8, bytes('old!'), bytes('new!')],
      ...['read', 'write', 'global'].flatMap((lock) => [
        ['lock', 'k', lock],
        ['unlock', 'k', lock],
      ]),
    ]);
    const refused = expect.objectContaining({ code: 'BAD_REQUEST' });
    expect(() => host.env('__faasm_state_add', key, 8, 1n, 2)).toThrow(refused);
    expect(() => host.env('__faasm_state_compare_and_set', key, 0, 0, 0, 65_537)).toThrow(refused);
  });

  it('sets a value to a file of the call', () => {
    const state = recorder();
    const host = new FakeHost({ state });
    const [key] = host.put('k\0');
    const [path] = host.put('/etc/hosts\0');
    const [none] = host.put('/none\0');
    const [directory] = host.put('/etc\0');
    expect(host.env('__faasm_write_state_from_file', key, path)).toBe(17);
    expect(state.asked).toEqual([['set', 'k', new TextEncoder().encode('127.0.0.1\tlocalhost\n')]]);
    for (const missing of [none, directory]) {
      expect(() => host.env('__faasm_write_state_from_file', key, missing)).toThrow(
        expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
      );
    }
  });

  it('refuses bad pointers and keys before the state layer sees them', () => {
    const state = recorder();
    const host = new FakeHost({ state });
    const [key] = host.put('k\0');
    const [bad] = host.put('a\nb\0');
    const end = host.memory.bytes.length;
    host.memory.bytes.fill(65, end - 8);
    const pointer = expect.objectContaining({ code: 'BAD_POINTER' });
    expect(() => host.env('__faasm_read_state', key, end - 4, 8)).toThrow(pointer);
    expect(() => host.env('__faasm_write_state', key, -16, 8)).toThrow(pointer);
    expect(() => host.env('__faasm_push_state', end - 8)).toThrow(pointer);
    expect(() => host.env('__faasm_push_state', -1)).toThrow(pointer);
    expect(() => host.env('__faasm_push_state', bad)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
    expect(state.asked).toEqual([]);
  });
});
