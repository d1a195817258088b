import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** The launcher, as people start it. */
export const LAUNCHER = resolve(ROOT, 'bin/faasm.js');

/** What a command line came to. */
export interface CliOutcome {
  readonly exit: number | string;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** How to run the command line. */
export interface CliOptions {
  /** Added to the environment of this process, or, where undefined, taken from it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
}

/** Runs `faasm <args>` as a process to its end. */
export async function runFaasm(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const child = startFaasm(args, options);
  child.stdin?.on('error', () => {}).end(options.input ?? '');
  const [stdout, stderr, exit] = await Promise.all([gather(child.stdout), gather(child.stderr), exitOf(child)]);
  return { exit, stdout, stderr: stderr.toString() };
}

/** Starts `faasm <args>`; whoever starts it ends it. */
export function startFaasm(args: readonly string[], { env, cwd }: Omit<CliOptions, 'input'> = {}): ChildProcess {
  return spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: cwd ?? ROOT,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
}

/** The exit code of a process, or the signal that ended it. */
export function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((done) => child.once('close', (code, signal) => done(code ?? signal ?? 'unknown')));
}

/** Waits until a process has printed what matches; rejects with what it has printed when it ends before that. */
export function printed(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((done, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += String(chunk);
      const match = pattern.exec(text);
      if (match !== null) done(match);
    });
    child.once('close', () => reject(new Error(`It ended without ${pattern}:\n${text}`)));
  });
}

async function gather(stream: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}
