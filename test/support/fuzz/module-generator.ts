import { leb, signedLeb } from '../../../src/module/byte-writer.ts';
import { generateBody, type Shape, type Signature } from './body-generator.ts';
import type { Random } from './random.ts';

/** Exports of a generated module beside `_start`: its memory, and its globals by number. */
export const GENERATED = { memory: 'memory', global: 'g' } as const;

const TYPE_CODES = { i32: 0x7f, i64: 0x7e } as const;
const NUMBERS = ['i32', 'i64'] as const;

/**
 * A valid module that ends: calls and loops use up a global, and with the last of it the function traps. It has `_start`,
 * whatever the pipeline rewrites, and nothing whose result is not the same everywhere (floating point, mostly).
 */
export function generateModule(random: Random): Uint8Array {
  const signatures: Signature[] = [{ params: [], results: [] }];
  for (let left = random.below(5); left > 0; left -= 1) {
    const params = Array.from({ length: random.below(3) }, () => random.pick(NUMBERS));
    signatures.push({ params, results: random.chance(0.8) ? [random.pick(NUMBERS)] : [] });
  }
  const shape: Shape = {
    signatures,
    functions: Array.from({ length: 1 + random.below(6) }, () => random.below(signatures.length)),
    globals: Array.from({ length: 1 + random.below(4) }, () => random.pick(NUMBERS)),
    tables: random.below(3),
    passiveElements: random.below(3),
    segments: Array.from({ length: random.below(5) }, () => random.chance(0.5)),
  };
  // The last one is `_start`: it can call all others.
  const functions = [...shape.functions, 0];
  const pages = 1 + random.below(2);
  const bodies = functions.map((type, index) => generateBody(random, shape, signatures[type] as Signature, index));
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      signatures.map(({ params, results }) => [0x60, ...types(params), ...types(results)]),
    ),
    ...section(3, functions.map(leb)),
    ...section(
      4,
      Array.from({ length: shape.tables }, () => [0x70, ...limits(random, 4 + random.below(4), 12)]),
    ),
    // With a maximum: growing without end is what the tests of memory.grow are for.
    ...section(5, [[1, pages, pages + random.below(4)]]),
    // Global 0 is what is left of the work that the module may do.
    ...section(6, [
      [0x7f, 1, 0x41, ...signedLeb(300), 0x0b],
      ...shape.globals.map((type) => [TYPE_CODES[type], 1, type === 'i32' ? 0x41 : 0x42, random.below(64), 0x0b]),
    ]),
    ...section(7, [
      [...name('_start'), 0, ...leb(functions.length - 1)],
      [...name(GENERATED.memory), 2, 0],
      ...['i32', ...shape.globals].map((_, index) => [...name(`${GENERATED.global}${index}`), 3, ...leb(index)]),
    ]),
    ...section(9, elements(random, shape)),
    ...(shape.segments.length === 0 ? [] : [12, 1, shape.segments.length]),
    ...section(
      10,
      bodies.map((body) => [...leb(body.length), ...body]),
    ),
    ...section(
      11,
      shape.segments.map((passive) => [
        ...(passive ? [1] : [0, 0x41, ...signedLeb(random.below(pages * 65_536 - 100)), 0x0b]),
        ...vector([...random.bytes(random.below(60))].map((byte) => [byte])),
      ]),
    ),
  ]);
}

/** Active segments fill the tables with functions, some of the passive ones declare what code refers to. */
function elements(random: Random, shape: Shape): number[][] {
  const count = shape.functions.length;
  const functions = (): number[] => vector(Array.from({ length: 1 + random.below(3) }, () => leb(random.below(count))));
  const active = Array.from({ length: shape.tables }, (_, table) => [
    2,
    table,
    0x41,
    random.below(2),
    0x0b,
    0,
    ...functions(),
  ]);
  const passive = Array.from({ length: shape.passiveElements }, () => [1, 0, ...functions()]);
  return [...passive, ...active, [3, 0, ...vector(Array.from({ length: count }, (_, index) => leb(index)))]];
}

function limits(random: Random, minimum: number, maximum: number): number[] {
  return random.chance(0.5) ? [0, ...leb(minimum)] : [1, ...leb(minimum), ...leb(maximum)];
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  if (entries.length === 0) return [];
  const content = vector(entries);
  return [id, ...leb(content.length), ...content];
}

function vector(entries: readonly (readonly number[])[]): number[] {
  return [...leb(entries.length), ...entries.flat()];
}

function types(list: readonly (keyof typeof TYPE_CODES)[]): number[] {
  return vector(list.map((type) => [TYPE_CODES[type]]));
}

function name(text: string): number[] {
  return vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
}
