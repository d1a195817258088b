import type { MemoryLayer, Storage } from '../layer/layer.ts';

const SLOT_BYTES = 64 * 1024;
const ARENA_SLOTS = 256;

/**
 * Storage for regions. Small regions share arena files, one 64 KiB slot each, because a descriptor and a file for each
 * of ten thousand small keys would run into the kernel's limits. A slot belongs to one key at a time, so mappings of
 * different users never share a page.
 */
export class RegionAllocator {
  readonly #layer: MemoryLayer;
  readonly #freeSlots: Storage[] = [];
  readonly #slots = new WeakSet<Storage>();

  constructor(layer: MemoryLayer) {
    this.#layer = layer;
  }

  /** Zeroed storage of `sizeBytes`. Throws `HOST_OVERLOADED`. */
  allocate(sizeBytes: number): Storage {
    // Portable storage is a buffer of its own: there is nothing to share and nothing to run out of.
    if (sizeBytes > SLOT_BYTES || !this.#layer.abilities.sharedRegions) return this.#layer.allocate(sizeBytes);
    const slot = this.#freeSlots.pop() ?? this.#openArena();
    const storage: Storage = { ...slot, sizeBytes };
    this.#slots.add(storage);
    return storage;
  }

  /** Gives storage back. Nobody may map it any more: a slot is zeroed and handed out again. */
  release(storage: Storage): void {
    if (!this.#slots.delete(storage)) return this.#layer.release(storage);
    this.#layer.zero(storage);
    this.#freeSlots.push(storage);
  }

  #openArena(): Storage {
    const arena = this.#layer.allocate(SLOT_BYTES * ARENA_SLOTS);
    for (let slot = ARENA_SLOTS - 1; slot >= 0; slot -= 1) {
      this.#freeSlots.push({ ...arena, offset: slot * SLOT_BYTES, sizeBytes: SLOT_BYTES } as Storage);
    }
    return this.#freeSlots.pop() as Storage;
  }
}
