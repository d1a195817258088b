import { describe, expect, it } from '@jest/globals';
import { digest } from '../../../src/faaslet/digest.ts';
import type { Faaslet } from '../../../src/faaslet/faaslet.ts';
import { HOST_NAMES } from '../../../src/module/artifact.ts';

const PAGE = 65_536;

/** As much of a Faaslet as the digest reads: two pages of heap, up to four, one global, one table. */
function parts() {
  const memory = new WebAssembly.Memory({ initial: 5 });
  const global = new WebAssembly.Global({ value: 'i32', mutable: true }, 1);
  const size = new WebAssembly.Global({ value: 'i32', mutable: true }, 2);
  const table = new WebAssembly.Table({ element: 'anyfunc', initial: 2 });
  const found = new Map<string, unknown>([
    [`${HOST_NAMES.global}0`, global],
    [`${HOST_NAMES.table}0`, table],
    [HOST_NAMES.size, size],
  ]);
  const faaslet = {
    fn: { artifact: { globals: [0], tables: 1, memory: { sized: true } } },
    memory: { bytes: new Uint8Array(memory.buffer) },
    get pages() {
      return size.value as number;
    },
    heapEnd: 4 * PAGE,
    exported: (name: string) => found.get(name),
  } as unknown as Faaslet;
  return { faaslet, memory: new Uint8Array(memory.buffer), global, size, table };
}

/** (module (func (export "f"))) */
const FUNCTION = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 4, 1, 2, 0, 11,
]);

describe('digest', () => {
  const fresh = digest(parts().faaslet);

  it('is equal for equal Faaslets, whatever lies above the heap', () => {
    const { faaslet, memory } = parts();
    memory[4 * PAGE] = 1;
    expect(digest(faaslet)).toBe(fresh);
  });

  it.each<[string, (all: ReturnType<typeof parts>) => void]>([
    ['the first byte', ({ memory }) => memory.set([1], 0)],
    ['the last byte of the heap', ({ memory }) => memory.set([1], 2 * PAGE - 1)],
    ['the first byte beyond memory.size', ({ memory }) => memory.set([1], 2 * PAGE)],
    ['the last byte that may become heap', ({ memory }) => memory.set([1], 4 * PAGE - 1)],
    ['two words that changed places', ({ memory }) => memory.set([1, 0, 0, 0, 2, 0, 0, 0], 8)],
    [
      'a global',
      ({ global }) => {
        global.value = 2;
      },
    ],
    [
      'the size',
      ({ size }) => {
        size.value = 3;
      },
    ],
    [
      'a table',
      ({ table }) => table.set(1, new WebAssembly.Instance(new WebAssembly.Module(FUNCTION)).exports['f'] as never),
    ],
  ])('differs with %s', (_, change) => {
    const all = parts();
    change(all);
    expect(digest(all.faaslet)).not.toBe(fresh);
  });
});
