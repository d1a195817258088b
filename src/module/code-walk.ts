import type { FunctionType } from './artifact.ts';
import { ByteReader } from './byte-reader.ts';
import { BYTE_COST, checkCompileCost, INSTRUCTION_COSTS, TARGET_COST } from './compile-cost.ts';
import { invalidModule, unsupportedModule } from './module-errors.ts';
import { IMMEDIATE, IMMEDIATES, OP } from './opcodes.ts';
import { OperandHeights } from './operand-heights.ts';
import { type CodeScan, ScanCollector } from './operations.ts';
import type { Body, ParsedModule } from './parsed-module.ts';
import { badAlignment, MEMORY_INDEX_FLAG, RareOpcodes } from './rare-opcodes.ts';
import { STACK_EFFECTS } from './stack-effects.ts';
import { readValueType } from './value-types.ts';

const MAX_LOCAL_GROUPS = 50_000;

/**
 * Walks all function bodies: checks that every index is one of the module's own (those beyond will be ours) and
 * collects the sites to rewrite. Typing is left to V8. Throws `MODULE_INVALID` and `MODULE_UNSUPPORTED`.
 */
export function walkCode(module: ParsedModule): CodeScan {
  const scan = new ScanCollector();
  const reader = new ByteReader(module.bytes);
  const operands = new OperandHeights();
  const rare = new RareOpcodes(module, scan, reader, operands);
  module.bodies.forEach((body, index) => {
    walkBody(module, body, index, reader, rare, operands);
  });
  return scan;
}

// One hot loop on local variables: 10 MB of code pass here before an upload is answered.
function walkBody(
  module: ParsedModule,
  body: Body,
  bodyIndex: number,
  reader: ByteReader,
  rare: RareOpcodes,
  operands: OperandHeights,
): void {
  const { bytes, functions, memory } = module;
  const { end } = body;
  const globalCount = module.globals.length;
  const type = functions[module.importedFunctions + bodyIndex] as FunctionType;
  const localCount = type.params.length + passLocals(module, body, reader);
  let position = reader.position;
  let opcode = 0;
  let cost = 0;
  rare.enter(bodyIndex, end);
  operands.enter(type.results.length);
  // Reading past the file gives undefined, which compares as "no more bytes"; the check after the switch refuses it.
  while (position < end) {
    const at = position;
    opcode = bytes[position++] as number;
    operands.apply(STACK_EFFECTS[opcode] as number);
    switch (IMMEDIATES[opcode]) {
      case IMMEDIATE.none:
        continue;
      case IMMEDIATE.leb:
      case IMMEDIATE.leb64:
        while ((bytes[position++] as number) >= 0x80);
        break;
      case IMMEDIATE.branch:
        cost += INSTRUCTION_COSTS[opcode] as number;
        while ((bytes[position++] as number) >= 0x80);
        if (opcode === OP.br) operands.leave();
        break;
      case IMMEDIATE.control:
        cost += INSTRUCTION_COSTS[opcode] as number;
        if (opcode === OP.end) operands.end();
        else if (opcode === OP.else) operands.else();
        else if (opcode === OP.catchAll) operands.catch(0);
        else operands.leave();
        continue;
      case IMMEDIATE.memory:
        if (memory === undefined) throw invalidModule(at, 'a memory access in a module without memory');
        if ((bytes[position++] as number) >= MEMORY_INDEX_FLAG) throw badAlignment(at);
        while ((bytes[position++] as number) >= 0x80);
        break;
      case IMMEDIATE.call:
      case IMMEDIATE.global: {
        let index = bytes[position++] as number;
        if (index >= 0x80) {
          reader.position = at + 1;
          index = reader.u32();
          position = reader.position;
        }
        const call = IMMEDIATES[opcode] === IMMEDIATE.call;
        if (index >= (call ? functions.length : globalCount)) {
          throw invalidModule(at, `${call ? 'function' : 'global'} ${index} does not exist`);
        }
        if (call) {
          cost += INSTRUCTION_COSTS[opcode] as number;
          operands.call(functions[index] as FunctionType);
        }
        break;
      }
      case IMMEDIATE.bytes4:
        position += 4;
        break;
      case IMMEDIATE.bytes8:
        position += 8;
        break;
      case IMMEDIATE.rare:
        position = rare.pass(opcode, at);
        cost += INSTRUCTION_COSTS[opcode] as number;
        // A table has a byte at least for each target.
        if (opcode === OP.brTable) cost += (position - at) * TARGET_COST;
        break;
      default:
        throw unsupportedModule(
          at,
          `an instruction this host does not know (0x${opcode.toString(16)})`,
          'Compile for a finished WebAssembly feature set.',
        );
    }
    if (position > end) throw invalidModule(at, 'an instruction ends after its function');
  }
  if (opcode !== OP.end) throw invalidModule(end, 'a function does not end with `end`');
  checkCompileCost(body, cost + (end - body.start) * BYTE_COST, localCount, operands.peak);
}

/** Passes the declarations of locals and returns how many there are; leaves the reader at the code, bounded to the body. */
function passLocals(module: ParsedModule, body: Body, reader: ByteReader): number {
  reader.position = body.start;
  reader.end = body.end;
  let locals = 0;
  for (let left = reader.count('groups of locals', MAX_LOCAL_GROUPS); left > 0; left -= 1) {
    locals += reader.u32();
    readValueType(reader, module.types.length);
  }
  return locals;
}
