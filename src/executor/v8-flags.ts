import { setFlagsFromString } from 'node:v8';

/** Stack of a suspended call in KB: as deep as a thread's own, so that programs recurse alike whether they wait or not. */
const SUSPENDED_STACK_KB = 3900;
/**
 * Executed code in bytes after which a function of the baseline compiler looks for interrupts. With the
 * default, loops of costly instructions were ended up to 19 ms late, with a tenth of it 7 ms, at next to no cost; less
 * buys nothing and slows first runs down (npm run bench -- tiering).
 */
const TIERING_BUDGET = 1_300_000;

/**
 * Sets V8 up for guests. Call it on the main thread before any thread starts: flags reach threads started afterwards.
 * Node 24 before 24.20 has JavaScript Promise Integration behind a flag.
 */
export function setGuestFlags(): void {
  if (typeof WebAssembly.Suspending !== 'function') setFlagsFromString('--experimental-wasm-jspi');
  // Threads that tier up the wrapper of one import at the same time make V8 free its code twice, seldom, and that ends the
  // process (`Check failed: jit_page_->allocations_.erase(addr) == 1`, below WasmImportWrapperCache::Free). Without this
  // collector code goes with its module.
  setFlagsFromString('--no-wasm-code-gc');
  setFlagsFromString(`--wasm-stack-switching-stack-size=${SUSPENDED_STACK_KB}`);
  // What the command line says stays: bench/tiering tries other values.
  const chosen = process.execArgv.some((flag) => flag.startsWith('--wasm-tiering-budget='));
  if (!chosen) setFlagsFromString(`--wasm-tiering-budget=${TIERING_BUDGET}`);
}
