import type { FunctionType } from './artifact.ts';
import type { ByteReader } from './byte-reader.ts';
import { invalidModule, unsupportedModule } from './module-errors.ts';
import { OP, simdImmediate } from './opcodes.ts';
import type { OperandHeights } from './operand-heights.ts';
import type { OperationName, ScanCollector } from './operations.ts';
import type { ParsedModule } from './parsed-module.ts';
import { ATOMIC_EFFECTS, MISC_EFFECTS, SIMD_EFFECTS } from './stack-effects.ts';
import { readHeapType, readValueType } from './value-types.ts';

/** Second byte of the instructions after 0xfc that are more than arithmetic. */
const MISC = {
  memoryInit: 8,
  dataDrop: 9,
  memoryCopy: 10,
  memoryFill: 11,
  tableInit: 12,
  elemDrop: 13,
  tableCopy: 14,
  tableGrow: 15,
  tableSize: 16,
  tableFill: 17,
} as const;

/** Types of blocks that are no index; of the result, only that it is there counts. */
const NOTHING: FunctionType = { params: [], results: [] };
const ONE_RESULT: FunctionType = { params: [], results: ['other'] };

/** The slower half of the walker: instructions with long or checked immediates, and those that are rewritten. */
export class RareOpcodes {
  readonly #module: ParsedModule;
  readonly #scan: ScanCollector;
  readonly #reader: ByteReader;
  readonly #operands: OperandHeights;
  #body = 0;

  constructor(module: ParsedModule, scan: ScanCollector, reader: ByteReader, operands: OperandHeights) {
    this.#module = module;
    this.#scan = scan;
    this.#reader = reader;
    this.#operands = operands;
  }

  /** Begins the body at `index` of the code section, which ends at byte `end`. */
  enter(index: number, end: number): void {
    this.#body = index;
    this.#reader.end = end;
  }

  /**
   * Passes the instruction `opcode` that begins at byte `at` and returns where the next one begins. Its effect on the
   * operands in the table of one-byte opcodes has been applied; what that does not say is done here.
   */
  pass(opcode: number, at: number): number {
    const reader = this.#reader;
    const operands = this.#operands;
    reader.position = at + 1;
    switch (opcode) {
      case OP.block:
      case OP.loop:
      case OP.if:
      case OP.try:
        operands.open(this.#blockType());
        break;
      case OP.tryTable:
        operands.open(this.#blockType());
        this.#catches();
        break;
      case OP.catch:
        operands.catch(this.#tag().params.length);
        break;
      case OP.throw:
        operands.call(this.#tag());
        operands.leave();
        break;
      case OP.rethrow:
        reader.skipLeb(5);
        operands.leave();
        break;
      case OP.delegate:
        reader.skipLeb(5);
        operands.end();
        break;
      case OP.brTable:
        for (let left = reader.u32(); left >= 0; left -= 1) reader.skipLeb(5);
        operands.leave();
        break;
      case OP.returnCall:
        operands.call(this.#item(this.#module.functions, 'function'));
        operands.leave();
        this.#checkpoint(at);
        break;
      case OP.callIndirect:
      case OP.returnCallIndirect:
        operands.call(this.#item(this.#module.types, 'type'));
        this.#table();
        if (opcode === OP.callIndirect) break;
        operands.leave();
        this.#checkpoint(at);
        break;
      case OP.callRef:
      case OP.returnCallRef:
        operands.call(this.#item(this.#module.types, 'type'));
        if (opcode === OP.callRef) break;
        operands.leave();
        this.#checkpoint(at);
        break;
      case OP.selectTyped:
        for (let left = reader.count('types of a select', 1000); left > 0; left -= 1) {
          readValueType(reader, this.#module.types.length);
        }
        break;
      case OP.tableGet:
        this.#table();
        break;
      case OP.tableSet:
        this.#table();
        this.#reason('table.set');
        break;
      case OP.memorySize:
      case OP.memoryGrow:
        this.#memory(at);
        this.#site(at, opcode === OP.memorySize ? 'memory.size' : 'memory.grow', []);
        break;
      case OP.refNull:
        readHeapType(reader, this.#module.types.length);
        break;
      case OP.refFunc:
        this.#index(this.#module.functions.length, 'function');
        break;
      case OP.misc:
        this.#misc(reader.u32(), at);
        break;
      case OP.simd:
        this.#simd(reader.u32(), at);
        break;
      case OP.atomic:
        this.#atomic(reader.u32(), at);
        break;
      default:
        throw unsupportedModule(at, 'garbage-collected types', 'Compile without them.');
    }
    return reader.position;
  }

  #misc(opcode: number, at: number): void {
    const module = this.#module;
    switch (opcode) {
      case MISC.memoryInit: {
        const segment = this.#index(module.dataCount ?? 0, 'data segment');
        this.#memory(at);
        this.#reason('memory.init');
        this.#site(at, 'memory.init', [segment]);
        break;
      }
      case MISC.dataDrop:
        this.#index(module.dataCount ?? 0, 'data segment');
        this.#reason('data.drop');
        break;
      case MISC.memoryCopy:
        this.#memory(at);
        this.#memory(at);
        this.#site(at, 'memory.copy', []);
        break;
      case MISC.memoryFill:
        this.#memory(at);
        this.#site(at, 'memory.fill', []);
        break;
      case MISC.tableInit: {
        const segment = this.#index(module.elements, 'element segment');
        this.#tableSite(at, 'table.init', [segment, this.#table()]);
        break;
      }
      case MISC.elemDrop:
        this.#index(module.elements, 'element segment');
        this.#reason('elem.drop');
        break;
      case MISC.tableCopy:
        this.#tableSite(at, 'table.copy', [this.#table(), this.#table()]);
        break;
      case MISC.tableGrow:
        this.#tableSite(at, 'table.grow', [this.#table()]);
        break;
      case MISC.tableSize:
        this.#table();
        break;
      case MISC.tableFill:
        this.#tableSite(at, 'table.fill', [this.#table()]);
        break;
      default:
        // 0 to 7: saturating truncations.
        if (opcode > 7) throw unknown(at, OP.misc, opcode);
    }
    this.#operands.apply(MISC_EFFECTS[opcode] as number);
  }

  #simd(opcode: number, at: number): void {
    const reader = this.#reader;
    switch (simdImmediate(opcode)) {
      case 'none':
        break;
      case 'memory':
        this.#access(at);
        break;
      case 'lane':
        reader.byte();
        break;
      case 'memory lane':
        this.#access(at);
        reader.byte();
        break;
      case 'bytes16':
        reader.take(16);
        break;
      default:
        throw unknown(at, OP.simd, opcode);
    }
    this.#operands.apply(SIMD_EFFECTS[opcode] as number);
  }

  #atomic(opcode: number, at: number): void {
    if (opcode === 1 || opcode === 2) {
      throw unsupportedModule(
        at,
        `memory.atomic.wait${opcode === 1 ? 32 : 64} in function ${this.#functionIndex}`,
        'It needs threads, which are not supported yet; compile without -pthread.',
      );
    }
    if (opcode === 3) this.#reader.byte();
    else if (opcode === 0 || (opcode >= 0x10 && opcode <= 0x4e)) this.#access(at);
    else throw unknown(at, OP.atomic, opcode);
    this.#operands.apply(ATOMIC_EFFECTS[opcode] as number);
  }

  /** Alignment and offset of a memory access. */
  #access(at: number): void {
    if (this.#module.memory === undefined) throw invalidModule(at, 'a memory access in a module without memory');
    if (this.#reader.byte() >= MEMORY_INDEX_FLAG) throw badAlignment(at);
    this.#reader.skipLeb(5);
  }

  #blockType(): FunctionType {
    const next = this.#reader.peek();
    if (next === 0x40) {
      this.#reader.byte();
      return NOTHING;
    }
    // A one-byte negative number is a value type; everything else the index of a function type.
    if (next !== undefined && next > 0x40 && next < 0x80) {
      readValueType(this.#reader, this.#module.types.length);
      return ONE_RESULT;
    }
    return this.#item(this.#module.types, 'type');
  }

  #catches(): void {
    const reader = this.#reader;
    for (let left = reader.count('catch clauses', 1_000_000); left > 0; left -= 1) {
      const at = reader.position;
      const kind = reader.byte();
      if (kind > 3) throw invalidModule(at, `unknown kind ${kind} of catch clause`);
      if (kind < 2) this.#tag();
      reader.skipLeb(5);
    }
  }

  #memory(at: number): void {
    if (this.#reader.u32() !== 0) throw unsupportedModule(at, 'several memories', 'Use one memory.');
    if (this.#module.memory === undefined) throw invalidModule(at, 'a memory access in a module without memory');
  }

  #table(): number {
    return this.#index(this.#module.tables.length, 'table');
  }

  #tag(): FunctionType {
    return this.#item(this.#module.tags, 'tag');
  }

  #item(items: readonly FunctionType[], what: string): FunctionType {
    return items[this.#index(items.length, what)] as FunctionType;
  }

  #index(count: number, what: string): number {
    const at = this.#reader.position;
    const index = this.#reader.u32();
    if (index >= count) throw invalidModule(at, `${what} ${index} does not exist`);
    return index;
  }

  #tableSite(at: number, name: OperationName, immediates: readonly number[]): void {
    this.#reason(name);
    this.#site(at, name, immediates);
  }

  #site(at: number, name: OperationName, immediates: readonly number[]): void {
    this.#scan.addSite(this.#body, at, this.#reader.position, name, immediates);
  }

  /** Has a checkpoint called before the instruction at byte `at`, which stays. */
  #checkpoint(at: number): void {
    this.#scan.addSite(this.#body, at, at, 'checkpoint', []);
  }

  #reason(name: string): void {
    this.#scan.addReason(name, this.#functionIndex);
  }

  get #functionIndex(): number {
    return this.#module.importedFunctions + this.#body;
  }
}

/** In the alignment of an access: a memory index follows (the multi-memory proposal). */
export const MEMORY_INDEX_FLAG = 0x40;

/** The error for an alignment that is no single byte below {@link MEMORY_INDEX_FLAG}. */
export function badAlignment(at: number): Error {
  return unsupportedModule(at, 'several memories, or a malformed alignment', 'Use one memory.');
}

function unknown(at: number, prefix: number, opcode: number): Error {
  return unsupportedModule(
    at,
    `an instruction this host does not know (0x${prefix.toString(16)} ${opcode})`,
    'Compile for a finished WebAssembly feature set.',
  );
}
