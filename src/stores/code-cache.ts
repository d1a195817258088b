/** A cache of code by its hash, on this host. No method rejects: a cache that fails only costs time. */
export interface CodeCache {
  /** Code whose hash has been verified, owned by the caller; undefined when it is not there. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Keeps code; `wasm` stays the caller's. */
  put(sha256: string, wasm: Uint8Array): Promise<void>;
}
