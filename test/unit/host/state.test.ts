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
    write: note('write', undefined),
    push: note('push', undefined),
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
