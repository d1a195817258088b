import { unsupportedModule } from './module-errors.ts';
import { OP } from './opcodes.ts';
import type { Body } from './parsed-module.ts';

/**
 * V8's compiler keeps where each local and operand is. It copies or compares all of that wherever paths of control part or
 * join, looks through it at calls and when registers run out, and nothing can stop it: 180 KiB of code with 50,000 locals
 * or operands kept it busy for more than 8 s with gigabytes. Costs are for each local and operand, in units of 0.25 ns,
 * measured where they are highest. The limit keeps compiling a function below about 1 s and 1 GB; what compilers make
 * reaches a hundredth of it, and a few tenths without optimisation.
 */
const MAX_COST = 2_500_000_000;

/** What a byte of code costs: the compiler looks for a register to empty. */
export const BYTE_COST = 0.3;

/** What a target of a branch costs. */
export const TARGET_COST = 10;

const CALL_COST = 6;

/** What instructions cost beside their bytes, by one-byte opcode; those that begin blocks, with the end of the block. */
export const INSTRUCTION_COSTS: Uint16Array = costTable({
  [OP.block]: 24,
  [OP.loop]: 300,
  [OP.if]: 100,
  [OP.try]: 100,
  [OP.tryTable]: 100,
  [OP.br]: TARGET_COST,
  [OP.brIf]: TARGET_COST,
  [OP.brOnNull]: TARGET_COST,
  [OP.brOnNonNull]: TARGET_COST,
  [OP.return]: TARGET_COST,
  [OP.call]: CALL_COST,
  [OP.callIndirect]: CALL_COST,
  [OP.returnCall]: CALL_COST,
  [OP.returnCallIndirect]: CALL_COST,
  [OP.callRef]: CALL_COST,
  [OP.returnCallRef]: CALL_COST,
  [OP.throw]: CALL_COST,
  // V8 makes these into calls.
  [OP.tableGet]: CALL_COST,
  [OP.tableSet]: CALL_COST,
  [OP.refFunc]: CALL_COST,
  [OP.misc]: CALL_COST,
});

/** Refuses a function (`MODULE_UNSUPPORTED`) with `cost` for each of `locals` and of the most `operands` at a time. */
export function checkCompileCost(body: Body, cost: number, locals: number, operands: number): void {
  if (cost * (locals + operands) <= MAX_COST) return;
  const what = `a function of ${body.end - body.start} bytes with ${locals} locals, up to ${operands} operands on the stack`;
  const why = 'and so many branches that compiling it would take too long';
  throw unsupportedModule(body.start, `${what}, ${why}`, 'Split the function, or compile with optimisation.');
}

function costTable(costs: Readonly<Record<number, number>>): Uint16Array {
  const table = new Uint16Array(256);
  for (const [opcode, cost] of Object.entries(costs)) table[Number(opcode)] = cost;
  return table;
}
