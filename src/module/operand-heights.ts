import type { FunctionType } from './artifact.ts';
import { left, type StackEffect, taken } from './stack-effects.ts';

/**
 * How many operands are on the stack while a function is walked: exact in code that is valid, as V8 counts them, dead code
 * included. What is not valid cannot take it below the floor of the innermost block.
 */
export class OperandHeights {
  /** Operands on the stack now. */
  height = 0;
  /** The most there were, or would have been: dead code may take operands that are not there. */
  peak = 0;
  /** Operands that belong to the blocks around the innermost one. */
  #floor = 0;
  /** Of each open block but the function: floor, parameters, results. */
  readonly #open: number[] = [];

  /** Begins a function that leaves `results` operands. */
  enter(results: number): void {
    this.height = 0;
    this.peak = results;
    this.#floor = 0;
    this.#open.length = 0;
  }

  /** Passes an instruction whose effect is the same everywhere. */
  apply(effect: StackEffect): void {
    this.#move(taken(effect), left(effect));
  }

  /** Passes the operands of a call. */
  call(type: FunctionType): void {
    this.#widen(type.params.length);
    this.#move(type.params.length, type.results.length);
  }

  /** Enters a block, loop, `if` or `try`; its condition has been taken. */
  open({ params, results }: FunctionType): void {
    this.#widen(Math.max(params.length, results.length));
    this.#open.push(this.#floor, params.length, results.length);
    this.#move(params.length, 0);
    this.#floor = this.height;
    this.#move(0, params.length);
  }

  /** Enters the other half of the innermost block, an `if`. */
  else(): void {
    this.height = this.#floor;
    this.#move(0, this.#open.at(-2) ?? 0);
  }

  /** Enters a handler of the innermost block, a `try`, that gets `operands`. */
  catch(operands: number): void {
    this.height = this.#floor;
    this.#move(0, operands);
  }

  /** Leaves the innermost block, or the function. */
  end(): void {
    const results = this.#open.pop();
    this.height = this.#floor;
    // The parameters are of no use any more.
    this.#open.pop();
    this.#floor = this.#open.pop() ?? 0;
    this.#move(0, results ?? 0);
  }

  /** Passes an instruction behind which code is dead. */
  leave(): void {
    this.height = this.#floor;
  }

  #move(operandsTaken: number, operandsLeft: number): void {
    const height = Math.max(this.height - operandsTaken, this.#floor) + operandsLeft;
    if (height > this.peak) this.peak = height;
    this.height = height;
  }

  /** Counts operands that are to be there. */
  #widen(operands: number): void {
    this.peak = Math.max(this.peak, this.#floor + operands);
  }
}
