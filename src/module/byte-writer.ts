const SECTION_SIZE_BYTES = 5;

/** `value` (0 to 2^32 - 1) as unsigned LEB128. */
export function leb(value: number): number[] {
  const encoded: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) encoded.push((rest % 0x80) | 0x80);
  encoded.push(rest);
  return encoded;
}

/** `value` (a 32-bit integer) as signed LEB128, for `i32.const`. */
export function signedLeb(value: number): number[] {
  const encoded: number[] = [];
  let rest = value | 0;
  while (rest < -0x40 || rest >= 0x40) {
    encoded.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  encoded.push(rest & 0x7f);
  return encoded;
}

/** Writes the binary format into one buffer that grows. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `expected`: size in bytes to set aside at first. */
  constructor(expected: number) {
    this.#buffer = new Uint8Array(Math.max(expected, 64));
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  u32(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  bytes(source: ArrayLike<number>): void {
    this.#reserve(source.length);
    this.#buffer.set(source, this.#length);
    this.#length += source.length;
  }

  /** A length-prefixed name. */
  name(text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.u32(encoded.length);
    this.bytes(encoded);
  }

  /** A section whose content `write` writes; the size is a padded LEB128, filled in afterwards. */
  section(id: number, write: () => void): void {
    this.byte(id);
    this.#reserve(SECTION_SIZE_BYTES);
    const sizeAt = this.#length;
    this.#length += SECTION_SIZE_BYTES;
    write();
    let size = this.#length - sizeAt - SECTION_SIZE_BYTES;
    for (let index = 0; index < SECTION_SIZE_BYTES; index += 1) {
      this.#buffer[sizeAt + index] = index < SECTION_SIZE_BYTES - 1 ? (size % 0x80) | 0x80 : size;
      size = Math.floor(size / 0x80);
    }
  }

  /** What was written, in a buffer of exactly its size; the writer is empty afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    const whole = this.#buffer.slice(0, this.#length);
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return whole;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const capacity = Math.max(needed, Math.ceil(this.#buffer.length * 1.5));
    const larger = new Uint8Array(capacity);
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
