/** A function of the guest on a stack. */
export interface GuestFrame {
  /** From the module's name section, `function <index>` where it has none. */
  readonly name: string;
  /** Place in the rewritten module, in hexadecimal. */
  readonly offset: string;
}

/** The guest's functions in the text of an error's stack, innermost first; V8 writes it. */
export function guestFrames(stack: string): GuestFrame[] {
  const frames: GuestFrame[] = [];
  for (const line of stack.split('\n')) {
    const frame = /^\s+at (?:(.+) \()?wasm:\/\/[^:]*:wasm-function\[(\d+)\]:(0x[0-9a-f]+)/.exec(line);
    if (frame === null) continue;
    frames.push({ name: frame[1]?.split('.').at(-1) ?? `function ${frame[2]}`, offset: frame[3] ?? '' });
  }
  return frames;
}
