import { leb, signedLeb } from '../../../src/module/byte-writer.ts';
import type { Random } from './random.ts';

/** Types that generated code computes with. */
export type NumberType = 'i32' | 'i64';

/** A function type of a generated module. */
export interface Signature {
  readonly params: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/** What code of a generated module can name. */
export interface Shape {
  readonly signatures: readonly Signature[];
  /** Type of each function but the last, which is `_start`. */
  readonly functions: readonly number[];
  /** Mutable globals from number 1 on; global 0 is the work that is left. */
  readonly globals: readonly NumberType[];
  /** Function tables. */
  readonly tables: number;
  /** Passive element segments; they come first. */
  readonly passiveElements: number;
  /** Data segments: whether each is passive. */
  readonly segments: readonly boolean[];
}

const LOCALS: readonly NumberType[] = ['i32', 'i32', 'i64'];
const CODE = { i32: 0x7f, i64: 0x7e } as const;
/** Two operands of a type, one result of the same; those that trap for some operands are among them. */
const BINARY = {
  i32: [0x6a, 0x6b, 0x6c, 0x6e, 0x70, 0x71, 0x72, 0x73, 0x74, 0x76, 0x77],
  i64: [0x7c, 0x7d, 0x7e, 0x83, 0x84, 0x85, 0x86],
};
/** Two operands of a type, an i32 as result. */
const COMPARISON = { i32: [0x46, 0x47, 0x48, 0x4b], i64: [0x51, 0x52, 0x53] };
const EDGES = [0, 1, 2, -1, 7, 64, 65_535, 65_536, 0x7fff_ffff, -0x8000_0000];
const DEEPEST = 4;

/** The code of function `index`: its locals, then instructions that always leave its results. */
export function generateBody(random: Random, shape: Shape, signature: Signature, index: number): number[] {
  const writer = new BodyWriter(random, shape, signature, index);
  return [LOCALS.length, ...LOCALS.flatMap((type) => [1, CODE[type]]), ...writer.body(), 0x0b];
}

class BodyWriter {
  readonly #random: Random;
  readonly #shape: Shape;
  readonly #signature: Signature;
  readonly #index: number;
  readonly #locals: readonly NumberType[];
  /** Blocks without results around the place that is being written. */
  #blocks = 0;

  constructor(random: Random, shape: Shape, signature: Signature, index: number) {
    this.#random = random;
    this.#shape = shape;
    this.#signature = signature;
    this.#index = index;
    this.#locals = [...signature.params, ...LOCALS];
  }

  body(): number[] {
    const statements = this.#many(2 + this.#random.below(6), () => this.#statement(0));
    return [...this.#work(), ...statements, ...this.#signature.results.flatMap((type) => this.#value(type, 0))];
  }

  /** Uses up one unit of work, or traps. */
  #work(): number[] {
    return [0x23, 0, 0x41, 1, 0x6b, 0x24, 0, 0x23, 0, 0x41, 0, 0x48, 0x04, 0x40, 0x00, 0x0b];
  }

  #many(count: number, write: () => number[]): number[] {
    return Array.from({ length: count }, write).flat();
  }

  #statement(depth: number): number[] {
    const random = this.#random;
    const deeper = depth + 1;
    const i32 = (): number[] => this.#value('i32', deeper);
    const choices: (() => number[])[] = [
      () => this.#assignment(deeper),
      () => [...this.#address(), ...i32(), random.pick([0x36, 0x3a, 0x3b]), 0, random.below(16)],
      () => [...this.#address(), ...this.#value('i64', deeper), 0x37, 0, random.below(16)],
      () => [...this.#address(), ...i32(), ...this.#length(), 0xfc, 0x0b, 0],
      () => [...this.#address(), ...this.#address(), ...this.#length(), 0xfc, 0x0a, 0, 0],
      () => [...this.#value(random.pick(['i32', 'i64'] as const), deeper), 0x1a],
      ...this.#segmentStatements(),
      ...this.#tableStatements(),
    ];
    if (depth < DEEPEST) {
      choices.push(
        () => this.#inBlock(0x02, () => this.#many(2, () => this.#statement(deeper))),
        () =>
          this.#inBlock(0x03, () => [
            ...this.#work(),
            ...this.#many(2, () => this.#statement(deeper)),
            ...i32(),
            0x0d,
            0,
          ]),
        () => [...i32(), ...this.#inBlock(0x04, () => [...this.#statement(deeper), 0x05, ...this.#statement(deeper)])],
      );
    }
    if (this.#blocks > 0) choices.push(() => [...i32(), 0x0d, random.below(this.#blocks)]);
    return random.pick(choices)();
  }

  #inBlock(opcode: number, write: () => number[]): number[] {
    this.#blocks += 1;
    const inside = write();
    this.#blocks -= 1;
    return [opcode, 0x40, ...inside, 0x0b];
  }

  #assignment(depth: number): number[] {
    const local = this.#random.below(this.#locals.length);
    const global = this.#random.below(this.#shape.globals.length);
    return this.#random.chance(0.5)
      ? [...this.#value(this.#locals[local] as NumberType, depth), 0x21, local]
      : [...this.#value(this.#shape.globals[global] as NumberType, depth), 0x24, 1 + global];
  }

  #segmentStatements(): (() => number[])[] {
    const { segments } = this.#shape;
    if (segments.length === 0) return [];
    const segment = (): number => this.#random.below(segments.length);
    const place = (): number[] => [...this.#address(), 0x41, this.#random.below(4), 0x41, this.#random.below(6)];
    return [() => [...place(), 0xfc, 0x08, segment(), 0], () => [0xfc, 0x09, segment()]];
  }

  #tableStatements(): (() => number[])[] {
    const random = this.#random;
    const { tables, passiveElements } = this.#shape;
    if (tables === 0) return [];
    const table = (): number => random.below(tables);
    const small = (): number[] => [0x41, random.below(random.chance(0.95) ? 3 : 8)];
    const all = [
      () => [...small(), ...this.#function(), 0x26, table()],
      () => [...small(), ...this.#function(), ...small(), 0xfc, 0x11, table()],
      () => [...small(), ...small(), ...small(), 0xfc, 0x0e, table(), table()],
      ...(random.chance(0.1) ? [() => this.#indirectCall()] : []),
    ];
    if (passiveElements === 0) return all;
    const element = (): number => random.below(passiveElements);
    const place = (): number[] => [...small(), ...small(), ...small()];
    return [...all, () => [...place(), 0xfc, 0x0c, element(), table()], () => [0xfc, 0x0d, element()]];
  }

  #indirectCall(): number[] {
    const { signatures, tables } = this.#shape;
    const type = this.#random.below(signatures.length);
    const { params, results } = signatures[type] as Signature;
    const args = params.flatMap((param) => this.#value(param, DEEPEST));
    return [...args, 0x41, this.#random.below(6), 0x11, type, this.#random.below(tables), ...results.map(() => 0x1a)];
  }

  #function(): number[] {
    return this.#random.chance(0.3) ? [0xd0, 0x70] : [0xd2, this.#random.below(this.#shape.functions.length)];
  }

  /** An address inside the first page, or now and then any. */
  #address(): number[] {
    if (this.#random.chance(0.02)) return this.#value('i32', DEEPEST);
    return [...this.#value('i32', DEEPEST), 0x41, ...signedLeb(0xbff0), 0x71];
  }

  #length(): number[] {
    const length = this.#random.chance(0.98) ? this.#random.below(5000) : this.#random.pick(EDGES);
    return [0x41, ...signedLeb(length)];
  }

  #value(type: NumberType, depth: number): number[] {
    const random = this.#random;
    if (depth >= DEEPEST || random.chance(0.3)) return this.#leaf(type);
    const deeper = depth + 1;
    const same = (): number[] => this.#value(type, deeper);
    const choices: (() => number[])[] = [
      () => [...same(), ...same(), random.pick(BINARY[type])],
      () => [...this.#address(), type === 'i32' ? random.pick([0x28, 0x2c, 0x2f]) : 0x29, 0, random.below(16)],
      () => [...this.#value('i32', deeper), 0x04, CODE[type], ...same(), 0x05, ...same(), 0x0b],
      () => this.#call(type, deeper),
    ];
    if (type === 'i64') choices.push(() => [...this.#value('i32', deeper), random.pick([0xac, 0xad])]);
    else {
      const from = random.pick(['i32', 'i64'] as const);
      choices.push(
        () => [...this.#value(from, deeper), ...this.#value(from, deeper), random.pick(COMPARISON[from])],
        () => [...this.#value('i64', deeper), 0xa7],
        () => [0x41, ...signedLeb(random.pick([0, 1, 2, 3, 65_536, -1])), 0x40, 0],
      );
      if (this.#shape.tables > 0)
        choices.push(() => [...this.#function(), 0x41, random.below(4), 0xfc, 0x0f, this.#table()]);
    }
    return random.pick(choices)();
  }

  #leaf(type: NumberType): number[] {
    const random = this.#random;
    const known = this.#locals.flatMap((each, index) => (each === type ? [[0x20, index]] : []));
    const globals = this.#shape.globals.flatMap((each, index) => (each === type ? [[0x23, 1 + index]] : []));
    const constant = [
      type === 'i32' ? 0x41 : 0x42,
      ...signedLeb(random.chance(0.5) ? random.pick(EDGES) : random.below(1000)),
    ];
    const sizes = type === 'i64' ? [] : [[0x3f, 0], ...(this.#shape.tables > 0 ? [[0xfc, 0x10, this.#table()]] : [])];
    return random.pick([constant, ...known, ...globals, ...sizes]);
  }

  #table(): number {
    return this.#random.below(this.#shape.tables);
  }

  /** A call of an earlier function with such a result; a leaf when there is none. */
  #call(type: NumberType, depth: number): number[] {
    const { functions, signatures } = this.#shape;
    const candidates = functions.flatMap((signature, index) =>
      index < this.#index && signatures[signature]?.results[0] === type ? [index] : [],
    );
    if (candidates.length === 0) return this.#leaf(type);
    const callee = this.#random.pick(candidates);
    const params = signatures[functions[callee] as number]?.params ?? [];
    return [...params.flatMap((param) => this.#value(param, depth)), 0x10, ...leb(callee)];
  }
}
