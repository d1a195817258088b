import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { RIC_ENTRY } from '../../scripts/setup-lambda-ric.ts';
import { type LambdaRuntimeApi, openLambdaRuntimeApi } from './lambda-runtime-api.ts';

/** Code of a Lambda function as AWS unpacks it. */
export interface LambdaCode {
  /** Folder of the unpacked package: LAMBDA_TASK_ROOT. */
  readonly root: string;
  /** Name of the module in it, without ending: handlers are `<module>.handler` and `<module>.streamHandler`. */
  readonly module: string;
}

/** How to start a {@link LambdaSandbox}. */
export interface LambdaSandboxOptions {
  readonly code: LambdaCode;
  readonly handler?: 'handler' | 'streamHandler';
  readonly environment?: Readonly<Record<string, string>>;
}

/** A process as Lambda runs it: AWS's own runtime client with a function's code, and the service that feeds it. */
export interface LambdaSandbox {
  readonly api: LambdaRuntimeApi;
  readonly process: ChildProcess;
  /** From the start of the process until it asked for its first event, in ms. */
  readonly initMs: number;
  /** Everything it has printed. */
  output(): string;
  /** Lines of JSON in what it has printed: its log. */
  log(): readonly Readonly<Record<string, unknown>>[];
  /** Stops the process where it is, as AWS does between events, and lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once and waits. */
  close(): Promise<void>;
}

/** Starts a sandbox and waits until its function is loaded. Rejects with what it printed when that fails. */
export async function startLambdaSandbox(options: LambdaSandboxOptions): Promise<LambdaSandbox> {
  if (!existsSync(RIC_ENTRY)) throw new Error('aws-lambda-ric is not there: run node scripts/setup-lambda-ric.ts');
  const { code, handler = 'handler', environment = {} } = options;
  const api = await openLambdaRuntimeApi();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [RIC_ENTRY], {
    cwd: code.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      AWS_LAMBDA_RUNTIME_API: api.address,
      _HANDLER: `${code.module}.${handler}`,
      LAMBDA_TASK_ROOT: code.root,
      AWS_LAMBDA_FUNCTION_NAME: 'faasm',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/faasm',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/21/[$LATEST]0123456789abcdef',
      AWS_REGION: 'eu-central-1',
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  const ended = closed.then(() => {
    throw new Error(`The runtime client ended (${child.exitCode ?? child.signalCode}):\n${output}`);
  });
  ended.catch(() => undefined);
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await closed;
    await api.close();
  };
  try {
    await Promise.race([api.ready, ended]);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    api,
    process: child,
    initMs: performance.now() - startedAt,
    output: () => output,
    log: () => output.split('\n').flatMap((line) => (line.startsWith('{"time"') ? [JSON.parse(line)] : [])),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    close,
  };
}
