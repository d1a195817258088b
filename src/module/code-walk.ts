import { ByteReader } from './byte-reader.ts';
import { invalidModule, unsupportedModule } from './module-errors.ts';
import { IMMEDIATE, IMMEDIATES, OP } from './opcodes.ts';
import { type CodeScan, ScanCollector } from './operations.ts';
import type { Body, ParsedModule } from './parsed-module.ts';
import { badAlignment, MEMORY_INDEX_FLAG, RareOpcodes } from './rare-opcodes.ts';
import { readValueType } from './value-types.ts';

const MAX_LOCAL_GROUPS = 50_000;
const END = 0x0b;

/**
 * V8's compiler looks at all locals of a function wherever paths of control part or join, and nothing can stop it: 180 KiB
 * of code with 50,000 locals kept it busy for more than 20 s with 9 GB. What each such instruction costs for each local,
 * in units of 2.5 ns, and the most that a function may come to; what compilers make is far below.
 */
const BRANCH_COST = 1;
const CONTROL_COST: Readonly<Record<number, number>> = { [OP.if]: 8, [OP.try]: 8, [OP.tryTable]: 8, [OP.loop]: 30 };
const MAX_CONTROL_COST = 400_000_000;

/**
 * Walks all function bodies: checks that every index is one of the module's own (those beyond will be ours) and
 * collects the sites to rewrite. Typing is left to V8. Throws `MODULE_INVALID` and `MODULE_UNSUPPORTED`.
 */
export function walkCode(module: ParsedModule): CodeScan {
  const scan = new ScanCollector();
  const reader = new ByteReader(module.bytes);
  const rare = new RareOpcodes(module, scan, reader);
  module.bodies.forEach((body, index) => {
    walkBody(module, body, index, reader, rare);
  });
  return scan;
}

// One hot loop on local variables: 10 MB of code pass here before an upload is answered.
function walkBody(module: ParsedModule, body: Body, bodyIndex: number, reader: ByteReader, rare: RareOpcodes): void {
  const { bytes, memory } = module;
  const { end } = body;
  const functionCount = module.functions.length;
  const globalCount = module.globals.length;
  const localCount = passLocals(module, body, reader);
  let position = reader.position;
  let opcode = 0;
  let controlCost = 0;
  rare.enter(bodyIndex, end);
  // Reading past the file gives undefined, which compares as "no more bytes"; the check after the switch refuses it.
  while (position < end) {
    const at = position;
    opcode = bytes[position++] as number;
    switch (IMMEDIATES[opcode]) {
      case IMMEDIATE.none:
        continue;
      case IMMEDIATE.leb:
      case IMMEDIATE.leb64:
        while ((bytes[position++] as number) >= 0x80);
        break;
      case IMMEDIATE.branch:
        controlCost += BRANCH_COST;
        while ((bytes[position++] as number) >= 0x80);
        break;
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
        if (index >= (call ? functionCount : globalCount)) {
          throw invalidModule(at, `${call ? 'function' : 'global'} ${index} does not exist`);
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
        // A table has a byte at least for each target.
        controlCost += opcode === OP.brTable ? position - at : (CONTROL_COST[opcode] ?? 0);
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
  if (opcode !== END) throw invalidModule(end, 'a function does not end with `end`');
  if (controlCost * localCount > MAX_CONTROL_COST) {
    const what = `a function with ${localCount} locals and so many branches that compiling it would take too long`;
    throw unsupportedModule(body.start, what, 'Split the function, or compile with optimisation.');
  }
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
