import { spawn } from 'node:child_process';

/** How to run a script for {@link runChild}. */
export interface ChildOptions {
  /** Flags for Node. */
  readonly execArgv?: readonly string[];
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 180_000;

/**
 * Runs the script at `url` in a Node process of its own with `input` as JSON in its first argument; what it prints last
 * is its answer, as JSON. Rejects when it fails or takes too long; then it is killed.
 */
export function runChild<T>(url: URL, input: unknown, options: ChildOptions = {}): Promise<T> {
  const args = [...(options.execArgv ?? []), url.pathname, JSON.stringify(input)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? TIMEOUT_MS);
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const answer = output.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0) done(JSON.parse(answer) as T);
      else reject(new Error(`${url.pathname} ended with ${code ?? signal}: ${output.slice(-2000)}`));
    });
  });
}

/** In the script of {@link runChild}: what it was asked. */
export function childInput<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T;
}
