/** (module (func (export "trap") unreachable)) */
const TRAP_MODULE = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0, 10, 5, 1,
  3, 0, 0, 11,
]);

/**
 * A genuine trap object. Guests can catch every JavaScript error that a host function throws, also a RuntimeError made
 * by hand, but never an error that a trap has made; so this is what ends a guest that must not go on. Throw it from a
 * host function, or reject with it the promise that a suspended guest waits for.
 */
export function makeTrap(): unknown {
  const { trap } = new WebAssembly.Instance(new WebAssembly.Module(TRAP_MODULE)).exports;
  const limit = Error.stackTraceLimit;
  // The object is thrown again and again: a stack of where it was made would only mislead.
  Error.stackTraceLimit = 0;
  try {
    (trap as () => void)();
  } catch (error) {
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
  throw new Error('the trap module did not trap');
}
