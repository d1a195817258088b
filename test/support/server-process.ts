import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** The real server as a process. */
export interface ServerProcess {
  /** `http://127.0.0.1:<port>` of the invoke port and of the upload port. */
  readonly invoke: string;
  readonly upload: string;
  readonly process: ChildProcess;
  /** Everything it has printed on both streams. */
  output(): string;
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** Ends it at once and waits. */
  kill(): Promise<void>;
}

/** What it prints once it is ready, with `--json`. */
const READY = /^\{"ready":true,"invoke":"([^"]+)","upload":"([^"]+)"/m;

/** How to start a {@link ServerProcess}. */
export interface ServerProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the server on free ports and waits until it is ready. Rejects with its output when it ends before that. */
export async function startServerProcess(options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const started = spawnServer(options);
  const [, invoke, upload] = await new Promise<RegExpExecArray>((done, reject) => {
    started.process.stdout?.on('data', () => {
      const match = READY.exec(started.output());
      if (match !== null) done(match);
    });
    started.exit.then((code) => reject(new Error(`The server ended (${code}):\n${started.output()}`)));
  });
  if (invoke === undefined || upload === undefined) throw new Error('The ready line has no addresses');
  return { ...started, invoke, upload };
}

/** Starts the server without waiting for anything. */
export function spawnServer(options: ServerProcessOptions = {}): Omit<ServerProcess, 'invoke' | 'upload'> {
  const child = spawn(process.execPath, ['bin/faasm.js', 'up', '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      FAASM_INVOKE_PORT: '0',
      FAASM_UPLOAD_PORT: '0',
      FAASM_THREADS: '2',
      FAASM_STORE: 'memory',
      ...options.environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const exit = new Promise<number | string>((done) => {
    child.on('close', (code, signal) => done(code ?? signal ?? 'unknown'));
  });
  return {
    process: child,
    output: () => output,
    exit,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
