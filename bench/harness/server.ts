import { type ChildProcess, spawn } from 'node:child_process';

/** A server in a process of its own. */
export interface Server {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What `ready` has matched in its output. */
  readonly match: RegExpExecArray;
  /** Ends it and waits. */
  stop(): Promise<void>;
}

/** How to start a {@link Server}. */
export interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Matches its output, both streams, when it is ready. */
  readonly ready: RegExp;
  readonly timeoutMs?: number;
}

/** Starts a program and waits until it says that it is ready. Rejects with its output when it ends or says nothing. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  });
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
    await closed;
    clearTimeout(timer);
  };
  let output = '';
  const match = await new Promise<RegExpExecArray>((done, reject) => {
    const fail = (why: string): void => reject(new Error(`${options.command} ${why}:\n${output.slice(-2000)}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('was not ready in time');
    }, options.timeoutMs ?? 30_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + String(chunk)).slice(-100_000);
        const found = options.ready.exec(output);
        if (found === null) return;
        clearTimeout(timer);
        done(found);
      });
    }
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => fail(`ended (${code ?? signal})`));
  });
  return { process: child, pid: child.pid as number, match, stop };
}
