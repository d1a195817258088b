import { FakeHost, type FakeOptions } from '../host-context.ts';

/** A guest that remembers what it has called, to say so when an answer is not what it has to be. */
export class WitnessedGuest extends FakeHost {
  /** Room for results, for two iovecs and for data. */
  readonly result = this.allocate(64);
  readonly iovecsAt = this.allocate(64);
  readonly buffer = this.allocate(16_384);
  readonly #paths = [this.allocate(8192), this.allocate(8192)] as const;
  readonly #history: string[] = [];

  constructor(options: FakeOptions) {
    super({ pages: 2, ...options });
  }

  /** Puts a path into memory; answers its address and length. */
  putPath(path: string, slot: 0 | 1 = 0): [number, number] {
    const bytes = Buffer.from(path);
    this.memory.bytes.set(bytes, this.#paths[slot]);
    return [this.#paths[slot], bytes.length];
  }

  /** Makes two buffers of `bytes`, one behind the other, the first one of `first` bytes. */
  fillBuffers(bytes: readonly number[], first: number): void {
    const { memory } = this;
    memory.bytes.set(bytes, this.buffer);
    memory.setU32(this.iovecsAt, this.buffer);
    memory.setU32(this.iovecsAt + 4, first);
    memory.setU32(this.iovecsAt + 8, this.buffer + first);
    memory.setU32(this.iovecsAt + 12, bytes.length - first);
  }

  /** Calls a function; answers its error number. */
  errno(name: string, ...args: readonly unknown[]): number {
    const text = args.map((each, index) => {
      const next = args[index + 1];
      const isPath = (this.#paths as readonly unknown[]).includes(each) && typeof next === 'number';
      return isPath ? JSON.stringify(this.text(each as number, next)) : String(each);
    });
    this.#history.push(`${name}(${text.join(', ')})`);
    return Number(this.wasi(name, ...args));
  }

  /** Compares an error number with the model's; answers it. */
  expect(errno: number, expected: number): number {
    this.same('error number', errno, expected);
    return errno;
  }

  /** Throws where `actual` is not `expected`, with the last calls. */
  same(what: string, actual: unknown, expected: unknown): void {
    if (actual === expected) return;
    throw new Error(`${what} is ${actual} instead of ${expected} after\n${this.#history.slice(-8).join('\n')}`);
  }
}
