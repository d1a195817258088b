import { PAGE_BYTES } from '../core/limits.ts';
import { HOST_NAMES } from '../module/artifact.ts';
import type { Faaslet } from './faaslet.ts';

/**
 * A hash over everything of a Faaslet that a call could have changed: memory, size, globals, tables. Two Faaslets of
 * one function with equal digests are equal for every guest. Audit mode compares it after each reset; it reads all of
 * the memory, so it is no cheap thing.
 */
export function digest(faaslet: Faaslet): string {
  const { artifact } = faaslet.fn;
  const { bytes } = faaslet.memory;
  const end = faaslet.pages * PAGE_BYTES;
  const parts = [`pages=${faaslet.pages}`, `memory=${hashBytes(bytes.subarray(0, end))}`];
  if (artifact.memory.sized) parts.push(`size=${value(faaslet, HOST_NAMES.size)}`);
  parts.push(`beyond=${heapIsZeroFrom(faaslet, end) ? 'zero' : 'dirty'}`);
  for (const index of artifact.globals) parts.push(`global${index}=${value(faaslet, HOST_NAMES.global + index)}`);
  for (let index = 0; index < artifact.tables; index += 1) {
    parts.push(`table${index}=${tableEntries(faaslet.exported(HOST_NAMES.table + index) as WebAssembly.Table)}`);
  }
  return parts.join(' ');
}

function value(faaslet: Faaslet, name: string): string {
  return String((faaslet.exported(name) as WebAssembly.Global).value);
}

/** Functions by index: the name of an exported wasm function is its index in the module. */
function tableEntries(table: WebAssembly.Table): string {
  const names: string[] = [];
  for (let index = 0; index < table.length; index += 1) {
    const entry = table.get(index) as { name?: string } | null;
    names.push(entry === null ? '-' : (entry.name ?? '?'));
  }
  return names.join(',');
}

function heapIsZeroFrom(faaslet: Faaslet, start: number): boolean {
  const words = new Uint32Array(faaslet.memory.bytes.buffer, start, (faaslet.heapEnd - start) >>> 2);
  return words.every((word) => word === 0);
}

/** FNV-1a over 32-bit words, two lanes: fast enough for megabytes, and no accident produces equal lanes. */
function hashBytes(bytes: Uint8Array): string {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? 0;
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b ^ word) + index, 0x85ebca6b) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
}
