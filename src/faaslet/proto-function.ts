import type { Storage } from '../layer/layer.ts';

/** A region that the zygote mapped: mapped again at the same address in every Faaslet, never frozen into the image. */
export interface ProtoRegion {
  readonly key: string;
  readonly address: number;
  readonly sizeBytes: number;
}

/**
 * An initialised function, from which Faaslets start: memory, size and globals as they were after the start function,
 * the constructors and the zygote (Faasm: Proto-Faaslet). Plain data, made by one thread and posted to the others.
 */
export interface ProtoFunction {
  /** Virtual memory size in pages. */
  readonly pages: number;
  /** Values of the mutable globals, in the order of `ModuleArtifact.globals`. */
  readonly globals: readonly (number | bigint)[];
  /** Small images are copied, which beats the page faults of copy-on-write; large ones are mapped. */
  readonly image: { readonly bytes: Uint8Array } | { readonly storage: Storage };
  readonly regions: readonly ProtoRegion[];
  /** What a fresh Faaslet hashes to; present in audit mode. */
  readonly digest?: string;
}

/** Up to this size an image is copied. Measured: 64 KiB copied in 1.4 us, copy-on-write from 15 us. */
export const COPY_MAX_BYTES = 512 * 1024;
