import { type AppendedFunction, type AppendedIndices, appendedFunction, GROW_TYPE } from './appended-functions.ts';
import { GROWING_IMPORTS, HOST_NAMES } from './artifact.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter, leb, signedLeb } from './byte-writer.ts';
import { EXTERNAL_KINDS, type ExternalKind } from './declarations.ts';
import { unsupportedModule } from './module-errors.ts';
import type { CodeScan } from './operations.ts';
import type { ParsedModule } from './parsed-module.ts';
import { SECTION, SECTION_ORDER, type Section } from './section-split.ts';

const MAX_PAGES = 65_536;
const MAX_FUNCTIONS = 1_000_000;
const CALL = 0x10;
const END = 0x0b;
const TYPE_CODE = { funcref: 0x70, externref: 0x6f } as const;

/** What the rewriter is to do, decided before. */
export interface RewritePlan {
  readonly module: ParsedModule;
  readonly scan: CodeScan;
  /** Pages at the start. */
  readonly initialPages: number;
  /** Maximum of each own table. */
  readonly tableMaxima: readonly number[];
  /** Indices of the globals to export. */
  readonly globals: readonly number[];
  /** Whether active data segments leave the module for the image. */
  readonly cut: boolean;
}

/** What the rewriter added beside functions. */
export interface RewriteResult {
  readonly wasm: Uint8Array;
  readonly sized: boolean;
  readonly grows: boolean;
}

/** Writes the module anew: sections that change are written, all others copied as they are. */
export function rewriteModule(plan: RewritePlan): RewriteResult {
  return new Rewriter(plan).run();
}

class Rewriter {
  readonly #plan: RewritePlan;
  readonly #module: ParsedModule;
  readonly #writer: ByteWriter;
  readonly #sections: ReadonlyMap<number, Section>;
  readonly #sized: boolean;
  readonly #grows: boolean;
  readonly #appended: readonly AppendedFunction[];
  /** Entries to append to the type section, and for each appended function its type index. */
  readonly #newTypes: (readonly number[])[] = [];
  readonly #typeIndices: number[] = [];

  constructor(plan: RewritePlan) {
    const { module, scan } = plan;
    this.#plan = plan;
    this.#module = module;
    this.#writer = new ByteWriter(module.bytes.length + 4096);
    this.#sections = new Map(module.sections.filter(({ id }) => id !== SECTION.custom).map((each) => [each.id, each]));
    this.#grows = scan.operations.some(({ name }) => name === 'memory.grow');
    this.#sized =
      this.#grows ||
      scan.operations.some(({ name }) => name === 'memory.size') ||
      module.imports.some(({ module: from, name }) => from === 'env' && GROWING_IMPORTS.has(name));
    const total = module.functions.length + scan.operations.length;
    if (total > MAX_FUNCTIONS) throw unsupportedModule(0, `${total} functions`, `The most is ${MAX_FUNCTIONS}.`);
    const indices: Omit<AppendedIndices, 'own'> = {
      sizeGlobal: module.globals.length,
      grantedGlobal: module.globals.length + 1,
      hostTable: module.tables.length,
      growType: this.#grows ? this.#typeIndex(GROW_TYPE) : 0,
    };
    this.#appended = scan.operations.map((operation, index) =>
      appendedFunction(module, operation, { ...indices, own: module.functions.length + index }),
    );
    for (const { type } of this.#appended) this.#typeIndices.push(this.#typeIndex(type));
  }

  run(): RewriteResult {
    this.#writer.bytes(this.#module.bytes.subarray(0, 8));
    this.#customAfter(SECTION.custom);
    for (const id of SECTION_ORDER) {
      this.#section(id);
      this.#customAfter(id);
    }
    return { wasm: this.#writer.finish(), sized: this.#sized, grows: this.#grows };
  }

  #section(id: number): void {
    switch (id) {
      case SECTION.type:
        this.#append(id, this.#newTypes);
        break;
      case SECTION.import:
        this.#imports();
        break;
      case SECTION.function:
        this.#append(id, this.#typeIndices.map(leb));
        break;
      case SECTION.table:
        this.#tables();
        break;
      case SECTION.memory:
      case SECTION.start:
        break;
      case SECTION.global:
        this.#globals();
        break;
      case SECTION.export:
        this.#exports();
        break;
      case SECTION.code:
        this.#code();
        break;
      case SECTION.data:
        this.#data();
        break;
      default:
        this.#copy(this.#sections.get(id));
    }
  }

  #copy(section: Section | undefined): void {
    if (section !== undefined) this.#writer.bytes(this.#module.bytes.subarray(section.at, section.end));
  }

  /** Copies the custom sections that stand behind section `id`, without debugging information. */
  #customAfter(id: number): void {
    const rewritten = this.#plan.scan.sites.size > 0;
    for (const section of this.#module.sections) {
      if (section.id !== SECTION.custom || section.after !== id) continue;
      const name = section.name ?? '';
      // Hints on code name byte offsets in it, which the rewriting moves.
      if (name.startsWith('.debug_') || (rewritten && name.startsWith('metadata.code.'))) continue;
      if (name === 'sourceMappingURL' || name === 'external_debug_info') continue;
      this.#copy(section);
    }
  }

  /** Writes section `id` with `entries` behind its own; copies it when there are none. */
  #append(id: number, entries: readonly ArrayLike<number>[]): void {
    const section = this.#sections.get(id);
    if (entries.length === 0) {
      this.#copy(section);
      return;
    }
    const writer = this.#writer;
    writer.section(id, () => {
      const own = new ByteReader(this.#module.bytes, section?.start ?? 0, section?.end ?? 0);
      writer.u32((section === undefined ? 0 : own.u32()) + entries.length);
      writer.bytes(own.bytes.subarray(own.position, own.end));
      for (const entry of entries) writer.bytes(entry);
    });
  }

  #imports(): void {
    const { bytes, imports } = this.#module;
    const memory = new ByteWriter(64);
    memory.name(HOST_NAMES.module);
    memory.name(HOST_NAMES.memory);
    memory.bytes([2, 1, ...leb(this.#plan.initialPages), ...leb(MAX_PAGES)]);
    const entry = memory.finish();
    const own = imports.find(({ kind }) => kind === 'memory');
    if (own === undefined) {
      this.#append(SECTION.import, [entry]);
      return;
    }
    const writer = this.#writer;
    writer.section(SECTION.import, () => {
      writer.u32(imports.length);
      writer.bytes(bytes.subarray(imports[0]?.start, own.start));
      writer.bytes(entry);
      writer.bytes(bytes.subarray(own.end, imports.at(-1)?.end));
    });
  }

  #tables(): void {
    const { tables } = this.#module;
    const count = tables.length + (this.#grows ? 1 : 0);
    if (count === 0) return;
    const writer = this.#writer;
    writer.section(SECTION.table, () => {
      writer.u32(count);
      tables.forEach(({ element, minimum, initialiser }, index) => {
        if (initialiser !== undefined) writer.bytes([0x40, 0]);
        writer.bytes([TYPE_CODE[element], 1, ...leb(minimum), ...leb(this.#plan.tableMaxima[index] ?? minimum)]);
        if (initialiser !== undefined) writer.bytes(initialiser);
      });
      if (this.#grows) writer.bytes([TYPE_CODE.funcref, 1, 1, 1]);
    });
  }

  #globals(): void {
    const initial = [0x7f, 1, 0x41, ...signedLeb(this.#plan.initialPages), END];
    this.#append(SECTION.global, this.#sized ? [initial, initial] : []);
  }

  #exports(): void {
    const { tables, globals, start } = this.#module;
    const added: Uint8Array[] = [];
    const add = (name: string, kind: ExternalKind, index: number): void => {
      const entry = new ByteWriter(64);
      entry.name(name);
      entry.byte(EXTERNAL_KINDS.indexOf(kind));
      entry.u32(index);
      added.push(entry.finish());
    };
    for (const index of this.#plan.globals) add(`${HOST_NAMES.global}${index}`, 'global', index);
    for (const index of tables.keys()) add(`${HOST_NAMES.table}${index}`, 'table', index);
    if (start !== undefined) add(HOST_NAMES.start, 'function', start);
    if (this.#sized) {
      add(HOST_NAMES.size, 'global', globals.length);
      add(HOST_NAMES.granted, 'global', globals.length + 1);
    }
    if (this.#grows) add(HOST_NAMES.hostTable, 'table', tables.length);
    this.#append(SECTION.export, added);
  }

  #code(): void {
    const { bytes, bodies, functions } = this.#module;
    const { sites } = this.#plan.scan;
    if (sites.size === 0) {
      this.#copy(this.#sections.get(SECTION.code));
      return;
    }
    const writer = this.#writer;
    const calls = this.#appended.map((_, index) => Uint8Array.from([CALL, ...leb(functions.length + index)]));
    const lengthOf = (operation: number): number => calls[operation]?.length ?? 0;
    writer.section(SECTION.code, () => {
      writer.u32(bodies.length + this.#appended.length);
      // Bodies that stay the same are copied in runs, their sizes included.
      let copied = bodies[0]?.at ?? 0;
      bodies.forEach(({ at, start, end }, index) => {
        const own = sites.get(index);
        if (own === undefined) return;
        writer.bytes(bytes.subarray(copied, at));
        let size = end - start;
        for (const site of own) size += lengthOf(site.operation) - (site.end - site.start);
        writer.u32(size);
        let position = start;
        for (const site of own) {
          writer.bytes(bytes.subarray(position, site.start));
          writer.bytes(calls[site.operation] ?? []);
          position = site.end;
        }
        writer.bytes(bytes.subarray(position, end));
        copied = end;
      });
      writer.bytes(bytes.subarray(copied, bodies.at(-1)?.end));
      for (const { body } of this.#appended) {
        writer.u32(body.length);
        writer.bytes(body);
      }
    });
  }

  /** Without a DataCount section no code can name a segment, so those that were cut leave no trace. */
  #data(): void {
    const { bytes, data, dataCount } = this.#module;
    if (!this.#plan.cut) {
      this.#copy(this.#sections.get(SECTION.data));
      return;
    }
    const kept = dataCount === undefined ? data.filter(({ kind }) => kind === 'passive') : data;
    if (kept.length === 0 && dataCount === undefined) return;
    const writer = this.#writer;
    writer.section(SECTION.data, () => {
      writer.u32(kept.length);
      for (const { kind, start, end } of kept) writer.bytes(kind === 'passive' ? bytes.subarray(start, end) : [1, 0]);
    });
  }

  #typeIndex(type: readonly number[]): number {
    const key = type.join();
    const known = this.#newTypes.findIndex((each) => each.join() === key);
    if (known < 0) this.#newTypes.push(type);
    return this.#module.types.length + (known < 0 ? this.#newTypes.length - 1 : known);
  }
}
