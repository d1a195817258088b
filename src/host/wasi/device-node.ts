import type { Pace } from '../pace.ts';
import type { FileBudget } from './budget.ts';
import { fail } from './errno.ts';
import { FileNode } from './file-node.ts';
import type { Device } from './template.ts';
import { FILETYPE } from './types.ts';

/** Most bytes that one getRandomValues call fills. */
const RANDOM_BYTES = 65_536;
const EMPTY = new Uint8Array(0);

/** A character device: it has neither a size nor positions. */
export class DeviceNode extends FileNode {
  override readonly type = FILETYPE.CHARACTER_DEVICE;
  readonly #device: Device;

  constructor(ino: number, time: bigint, budget: FileBudget, device: Device) {
    super(ino, time, budget, EMPTY);
    this.#device = device;
  }

  override read(_position: number, target: Uint8Array, pace: Pace): number {
    if (this.#device === 'nothing') return 0;
    for (let done = 0; done < target.length; done += RANDOM_BYTES) {
      const piece = target.subarray(done, done + RANDOM_BYTES);
      if (this.#device === 'zeros') piece.fill(0);
      else globalThis.crypto.getRandomValues(piece as Uint8Array<ArrayBuffer>);
      pace.bytes(piece.length * 2);
    }
    return target.length;
  }

  override write(_position: number, source: Uint8Array): number {
    return source.length;
  }

  override resize(): never {
    return fail('INVAL');
  }
}
