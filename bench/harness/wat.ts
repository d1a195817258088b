import wabt from 'wabt';

const FEATURES = { exceptions: true, threads: true, tail_call: true, bulk_memory: true, reference_types: true };

/** The module that `text`, in WebAssembly's text format, describes. */
export async function wat(text: string): Promise<Uint8Array> {
  const module = (await wabt()).parseWat('bench.wat', text, FEATURES);
  const { buffer } = module.toBinary({});
  module.destroy();
  return buffer;
}
