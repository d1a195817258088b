/** (module (table 0 0 externref) (func (export "f") (drop (table.grow (ref.null extern) (i32.const 0))))) */
const MODULE = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 4, 5, 1, 0x6f, 1, 0, 0, 7, 5, 1, 1, 0x66, 0, 0, 0xa,
  0xc, 1, 0xa, 0, 0xd0, 0x6f, 0x41, 0, 0xfc, 0xf, 0, 0x1a, 0xb,
]);

/**
 * Makes what this thread is to do after every termination of a guest. V8 on Node 24 looks for a termination on the
 * thread's own stack, on behalf of a guest on the stack of a suspendable call, and when it ends the guest it does not
 * forget that: all stack overflows from then on are judged by the stack that is gone, so that the next endless
 * recursion runs through the end of the thread's stack and the process dies. Any such excursion that comes back puts it
 * right; this call makes one, through table.grow, which V8 always does out of line.
 */
export function stackRepair(): () => void {
  // Without suspendable calls there is nothing to repair.
  if (typeof WebAssembly.promising !== 'function') return () => undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MODULE));
  return WebAssembly.promising(exports['f'] as () => void) as () => void;
}
