/** A function of the guest on a stack. */
export interface GuestFrame {
  /** From the module's name section, `function <index>` where it has none. */
  readonly name: string;
  /** Place in the rewritten module, in hexadecimal. */
  readonly offset: string;
}

/** A frame of a guest as V8 writes it: `at module.name (wasm://wasm/module-hash:wasm-function[index]:offset)`. */
const FRAME = /^\s+at (?:(.+) \()?wasm:\/\/wasm\/(?:(.+)-)?[0-9a-f]+:wasm-function\[(\d+)\]:(0x[0-9a-f]+)/;

/** The guest's functions in the text of an error's stack, innermost first; V8 writes it. */
export function guestFrames(stack: string): GuestFrame[] {
  const frames: GuestFrame[] = [];
  for (const line of stack.split('\n')) {
    const frame = FRAME.exec(line);
    if (frame === null) continue;
    const [, name, module, index, offset = ''] = frame;
    // Both names may have dots of their own.
    const prefix = `${module}.`;
    const own = module !== undefined && name?.startsWith(prefix) ? name.slice(prefix.length) : name;
    frames.push({ name: own ?? `function ${index}`, offset });
  }
  return frames;
}
