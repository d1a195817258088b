import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileProgram } from '../../src/toolchain/compile.ts';
import type { Bench } from '../harness/bench.ts';
import { runChild } from '../harness/child.ts';
import { measured, tidy } from '../harness/figure.ts';
import { spread } from '../harness/statistics.ts';
import type { FilesAnswer, FilesOrder } from './order.ts';

const NAME = 'files';
const RIVAL = 'node:wasi';
const OURS = new URL('faasm.ts', import.meta.url);
const THEIRS = new URL('node-wasi.ts', import.meta.url);
const SOURCE = join(import.meta.dirname, 'guest.c');
const FOLDER = join(import.meta.dirname, '../../build/bench');
const PROCESSES = 3;
const ROUNDS = 7;
const LARGE_BYTES = 100_000_000;
/** Most that ours may cost of the rival's. */
const TARGET = 1.5;

const CASES = [
  { work: 'small-files', warmUp: 10, note: '1,000 files of 512 bytes written and read, each opened and closed' },
  { work: 'small-pieces', warmUp: 50, note: '1,000 writes and 1,000 reads of 512 bytes, one open file' },
  { work: 'sequential', warmUp: 2, note: '100 MB in pieces of 64 KiB; faasm:// here, a file in the page cache there' },
  { work: 'listing', warmUp: 2, note: '10,000 entries' },
] as const;

/** File operations of one program as a function here and on node:wasi, CPU time by the program's own clock. */
export const files: Bench = {
  name: NAME,
  summary: 'file operations of the same program here and on node:wasi: small files, a large shared one, a listing',
  async run({ report, progress }) {
    await mkdir(FOLDER, { recursive: true });
    const module = join(FOLDER, 'files.wasm');
    await compileProgram({ sources: [SOURCE], outFile: module });
    for (const { work, warmUp, note } of CASES) {
      const order: FilesOrder = { module, work, rounds: ROUNDS, warmUp, largeBytes: LARGE_BYTES };
      const [ours, theirs]: [number[], number[]] = [[], []];
      // In turn, so that both have the same machine.
      for (let left = PROCESSES; left > 0; left -= 1) {
        ours.push(...(await runChild<FilesAnswer>(OURS, order)));
        theirs.push(...(await runChild<FilesAnswer>(THEIRS, order)));
      }
      const rivalValue = tidy(spread(theirs).median);
      const figure = { bench: NAME, case: work, metric: 'cpu', unit: 'us', ...measured(ours) };
      report({
        ...figure,
        rival: RIVAL,
        rivalValue,
        ratio: tidy(figure.value / rivalValue),
        target: TARGET,
        note,
      });
      progress(`${work}: ${figure.value} us, ${RIVAL} ${rivalValue} us`);
    }
  },
};
