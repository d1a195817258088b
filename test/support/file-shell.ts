import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallRequest, CallResult, FunctionSettings } from '../../src/index.ts';
import { compileProgram } from '../../src/toolchain/compile.ts';
import { ending, request, type TestRuntime, USER } from './runtime.ts';

const GUESTS = join(import.meta.dirname, 'guests');
const NAME = 'files';

let building: Promise<Uint8Array> | undefined;

/** The module of guests/file-shell.c: a program that does with files what its input says. */
export function fileShell(): Promise<Uint8Array> {
  building ??= compileGuest('file-shell.c');
  return building;
}

/** Compiles a C program of the folder guests. */
export async function compileGuest(name: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'faasm-guest-'));
  try {
    const outFile = join(folder, 'guest.wasm');
    await compileProgram({ sources: [join(GUESTS, name)], outFile });
    return await readFile(outFile);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What came of a program: a line for each of its commands, how it ended, and its log. */
export interface ShellRun {
  readonly lines: readonly string[];
  readonly ending: string;
  readonly log: string;
  readonly result: CallResult;
}

/** Makes the shell a function of `user`. */
export async function uploadShell(runtime: TestRuntime, settings?: FunctionSettings, user = USER): Promise<void> {
  await runtime.upload({ user, function: NAME }, await fileShell(), settings);
}

/** Runs commands in one call of the function that {@link uploadShell} made. */
export async function shell(
  runtime: TestRuntime,
  commands: readonly string[],
  more: Partial<CallRequest> = {},
): Promise<ShellRun> {
  const input = new TextEncoder().encode(commands.join('\n'));
  const result = await runtime.invoke(request(NAME, [], { input, ...more }));
  const output = new TextDecoder().decode(await result.output.bytes());
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  return { lines, ending: ending(result), log: new TextDecoder().decode(result.log), result };
}

/** An argument as the bytes that it must be, whatever they are. */
export function bytesArgument(bytes: Uint8Array): string {
  return `%${Buffer.from(bytes).toString('hex')}`;
}
