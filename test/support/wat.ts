import makeWabt from 'wabt';

const FEATURES = {
  exceptions: true,
  bulk_memory: true,
  reference_types: true,
  simd: true,
  tail_call: true,
  threads: true,
} as const;
let loading: ReturnType<typeof makeWabt> | undefined;

/** Assembles a module in the WebAssembly text format. Rejects with the place of what is wrong. */
export async function wat(text: string): Promise<Uint8Array> {
  loading ??= makeWabt();
  const wabt = await loading;
  const parsed = wabt.parseWat('guest.wat', text, FEATURES);
  try {
    return parsed.toBinary({}).buffer.slice();
  } finally {
    parsed.destroy();
  }
}
