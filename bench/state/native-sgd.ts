import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const PROGRAM = join(import.meta.dirname, '../../build/bench/native-sgd');

/** Wall times of trainings and what the weights are worth in the end. */
export interface NativeAnswer {
  readonly ms: readonly number[];
  readonly loss: number;
}

/** What native-sgd.c takes. */
export interface NativeOrder {
  readonly examples: number;
  readonly workers: number;
  readonly epochs: number;
  readonly rounds: number;
}

/** Compiles the native rival with the C compiler of this machine. */
export async function buildNativeSgd(): Promise<void> {
  await mkdir(dirname(PROGRAM), { recursive: true });
  await run('gcc', ['-O2', '-pthread', '-o', PROGRAM, join(import.meta.dirname, 'native-sgd.c'), '-lm']);
}

/** Trains in threads of one native process. */
export async function nativeSgd({ examples, workers, epochs, rounds }: NativeOrder): Promise<NativeAnswer> {
  const args = [examples, workers, epochs, rounds].map(String);
  const { stdout } = await run(PROGRAM, args, { timeout: TIMEOUT_MS });
  return JSON.parse(stdout);
}
