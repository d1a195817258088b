import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a scenario ended, and what it printed last: one line of JSON. */
export interface ScenarioEnd<T> {
  /** Exit code, or the signal that ended the process. */
  readonly exit: number | string;
  readonly report: T | undefined;
  readonly output: string;
}

/** Runs test/support/scenarios/<name>.ts in a process of its own, on the Node that runs the tests. */
export async function runScenario<T>(name: string, ...args: readonly (string | number)[]): Promise<ScenarioEnd<T>> {
  const script = fileURLToPath(new URL(`scenarios/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let output = '';
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const exit = await new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const last = printed.trimEnd().split('\n').at(-1) ?? '';
  return { exit, output, report: last.startsWith('{') ? (JSON.parse(last) as T) : undefined };
}
