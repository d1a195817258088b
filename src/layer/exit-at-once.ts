import { loadAddon } from './native-addon.ts';

/**
 * Ends the process now. `process.exit` waits for threads, and one may be in code that nothing interrupts. Without the
 * native layer it is `process.exit`.
 */
export function exitAtOnce(code: number): never {
  let exit: (code: number) => never = process.exit;
  try {
    exit = loadAddon().exitAtOnce;
  } catch {
    // There is no native layer.
  }
  return exit(code);
}
