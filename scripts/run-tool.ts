import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, '..');

/** How a tool ended. */
export interface ToolRun {
  /** Exit code; undefined when a signal ended it or it could not be started. */
  readonly code: number | undefined;
  /** Signal or error that ended it, empty otherwise. */
  readonly reason: string;
  /** What it printed; empty when it printed to the terminal itself. */
  readonly output: string;
  readonly seconds: number;
}

/** Options of {@link runTool}. */
export interface ToolOptions {
  /** Lets the tool print to the terminal instead of collecting what it prints. */
  readonly inherit?: boolean;
}

/** Runs a program in the project's folder and waits for it. Never rejects. */
export function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolRun> {
  const start = performance.now();
  return new Promise((done) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // What a tool starts by the name of node is the same Node.
      env: { ...process.env, PATH: `${dirname(command)}:${process.env['PATH'] ?? ''}` },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk);
      });
    }
    const end = (code: number | null, reason: string): void =>
      done({ code: code ?? undefined, reason, output, seconds: (performance.now() - start) / 1000 });
    child.on('error', (error) => end(null, error.message));
    child.on('close', (code, signal) => end(code, signal ?? ''));
  });
}

/** Path of a program that a package has installed. */
export function installedTool(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}
