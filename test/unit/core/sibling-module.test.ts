import { describe, expect, it } from '@jest/globals';
import { siblingModule } from '../../../src/core/sibling-module.ts';

describe('siblingModule', () => {
  it.each([
    ['file:///project/src/executor/thread-handle.ts', 'file:///project/src/executor/thread.ts'],
    ['file:///project/dist/src/executor/thread-handle.js', 'file:///project/dist/src/executor/thread.js'],
    ['file:///var/task/chunk-4F.A7.mjs', 'file:///var/task/thread.mjs'],
    ['file:///a%20folder/v1.2/index.js', 'file:///a%20folder/v1.2/thread.js'],
  ])('beside %s', (from, expected) => {
    expect(siblingModule('thread', from).href).toBe(expected);
  });
});
