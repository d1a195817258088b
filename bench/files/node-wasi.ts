// Child of the files bench: the program on node:wasi, in a folder of the machine.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { childInput } from '../harness/child.ts';
import { type FilesOrder, largeContents } from './order.ts';

const { module, work, rounds, warmUp, largeBytes } = childInput<FilesOrder>();
const folder = await mkdtemp(join(tmpdir(), 'faasm-bench-files-'));
try {
  if (work === 'sequential') await writeFile(join(folder, 'large'), largeContents(largeBytes));
  const target = work === 'sequential' ? '/large' : '';
  const wasi = new WASI({
    version: 'preview1',
    args: ['guest', work, target, String(rounds), String(warmUp)],
    preopens: { '/': folder },
    returnOnExit: true,
  });
  const compiled = await WebAssembly.compile(await readFile(module));
  const imports = wasi.getImportObject() as WebAssembly.Imports;
  process.exitCode = wasi.start(new WebAssembly.Instance(compiled, imports));
} finally {
  await rm(folder, { recursive: true });
}
