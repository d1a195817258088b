import { join } from 'node:path';
import { compileProgram } from '../../src/toolchain/compile.ts';

const BUILD = join(import.meta.dirname, '../../build/bench');

/** Compiles the guest `name`.c of this folder; answers the file of the module. */
export async function compileGuest(name: string): Promise<string> {
  const outFile = join(BUILD, `state-${name}.wasm`);
  await compileProgram({ sources: [join(import.meta.dirname, `${name}.c`)], outFile, compiler: 'bundled' });
  return outFile;
}
