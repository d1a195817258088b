import { FaasmError } from '../core/errors.ts';

/** A byte order mark is part of the text. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const STRING_MAX_BYTES = 64 * 1024;

/**
 * Bounds-checked access to a Faaslet's linear memory. Views are never kept across a guest run: memory can grow.
 * Addresses arrive as signed i32 from wasm; every method takes them so.
 */
export class GuestMemory {
  readonly memory: WebAssembly.Memory;
  bytes: Uint8Array;
  view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** Makes the views anew; whoever grows the memory calls this. */
  refresh(): void {
    this.bytes = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
  }

  /** Whether [address, address + length) lies inside the memory. */
  holds(address: number, length: number): boolean {
    return (address >>> 0) + (length >>> 0) <= this.bytes.length;
  }

  /** Throws `BAD_POINTER` where [address, address + length) is not inside the memory. */
  check(address: number, length: number): void {
    if (!this.holds(address, length)) {
      throw new FaasmError(
        'BAD_POINTER',
        `${length >>> 0} bytes at address ${address >>> 0} are outside the memory of ${this.bytes.length} bytes.`,
      );
    }
  }

  /** A view of [address, address + length), not a copy. Throws `BAD_POINTER`. */
  slice(address: number, length: number): Uint8Array {
    this.check(address, length);
    return this.bytes.subarray(address >>> 0, (address >>> 0) + (length >>> 0));
  }

  /** Reads an i32 as unsigned. Throws `BAD_POINTER`. */
  u32(address: number): number {
    this.check(address, 4);
    return this.view.getUint32(address >>> 0, true);
  }

  /** Writes an i32. Throws `BAD_POINTER`. */
  setU32(address: number, value: number): void {
    this.check(address, 4);
    this.view.setUint32(address >>> 0, value, true);
  }

  /** Decodes UTF-8 of a known length in bytes. Throws `BAD_POINTER`. */
  text(address: number, length: number): string {
    return decoder.decode(this.slice(address, length));
  }

  /** Decodes a NUL-terminated string of at most 64 KiB. Throws `BAD_POINTER` where none ends there. */
  string(address: number): string {
    const start = address >>> 0;
    const end = this.bytes.subarray(0, start + STRING_MAX_BYTES).indexOf(0, start);
    if (end < 0) throw new FaasmError('BAD_POINTER', `No NUL-terminated string at address ${start}.`);
    return decoder.decode(this.bytes.subarray(start, end));
  }
}
