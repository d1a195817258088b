import { invalidModule } from './module-errors.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** V8's limit. */
const MAX_NAME_BYTES = 100_000;

/**
 * Reads the binary format from `position` up to `end`, never past it. Every method throws `MODULE_INVALID` with the
 * byte offset when the bytes end early or a number is encoded wrongly.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, position = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) throw invalidModule(this.position, 'unexpected end');
    this.position += 1;
    return value;
  }

  /** The next byte without moving, or undefined at the end. */
  peek(): number | undefined {
    return this.position < this.end ? this.bytes[this.position] : undefined;
  }

  /** An unsigned LEB128 of at most 32 bits. */
  u32(): number {
    const at = this.position;
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const next = this.byte();
      if (shift === 28 && next > 0x0f) break;
      // Not `<<`: bit 31 would make the number negative.
      value += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) return value;
    }
    throw invalidModule(at, 'a number does not fit 32 bits');
  }

  /** A signed LEB128 of at most 32 bits. */
  s32(): number {
    const at = this.position;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      // In the fifth byte only four bits count; the others must repeat the sign.
      if (shift === 28 && !(next < 0x08 || (next >= 0x78 && next < 0x80))) break;
      value |= (next & 0x7f) << shift;
      if (next < 0x80) return shift < 28 ? (value << (25 - shift)) >> (25 - shift) : value;
    }
    throw invalidModule(at, 'a number does not fit 32 bits');
  }

  /** Passes a LEB128 of at most `maxBytes` bytes. */
  skipLeb(maxBytes: number): void {
    const at = this.position;
    for (let count = 0; count < maxBytes; count += 1) if (this.byte() < 0x80) return;
    throw invalidModule(at, `a number is longer than ${maxBytes} bytes`);
  }

  /** Passes `length` bytes and returns them, not copied. */
  take(length: number): Uint8Array {
    const start = this.position;
    if (length > this.end - start) throw invalidModule(start, `${length} bytes expected, ${this.end - start} left`);
    this.position += length;
    return this.bytes.subarray(start, this.position);
  }

  /** A length-prefixed UTF-8 name. */
  name(): string {
    const at = this.position;
    const length = this.u32();
    if (length > MAX_NAME_BYTES) throw invalidModule(at, `a name has ${length} bytes, the most is ${MAX_NAME_BYTES}`);
    const encoded = this.take(length);
    try {
      return UTF8.decode(encoded);
    } catch {
      throw invalidModule(at, 'a name is not UTF-8');
    }
  }

  /** The element count of a vector; throws when more than `limit`, the most V8 takes of `what`. */
  count(what: string, limit: number): number {
    const at = this.position;
    const count = this.u32();
    if (count > limit) throw invalidModule(at, `${count} ${what}, the most that can be compiled is ${limit}`);
    return count;
  }

  /** Throws unless everything up to `end` has been read. */
  expectDone(what: string): void {
    if (this.position !== this.end) throw invalidModule(this.position, `${what} has bytes left after its last item`);
  }
}
