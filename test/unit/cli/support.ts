import type { Context, HostProbe, Output, Platform } from '../../../src/cli/context.ts';
import { main } from '../../../src/cli/main.ts';

/** A request that a command sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** What a command line came to. */
export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly sent: readonly SentRequest[];
}

/** How a command line is run without a process. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Answers requests; by default nothing listens. */
  readonly answer?: (request: SentRequest) => Response;
  readonly stdin?: string;
  readonly terminal?: boolean;
  readonly cwd?: string;
  readonly probe?: HostProbe;
  /** Told the settings that `up` would serve with. */
  readonly up?: (environment: Readonly<Record<string, string | undefined>>) => void;
  /** What packages for AWS Lambda are made and deployed by. */
  readonly lambda?: Platform;
}

/** The time it is in these tests. */
export const NOW = Date.parse('2026-11-21T08:00:00Z');

/** Runs `faasm <args>` in this process, with `options.answer` as the host. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const sent: SentRequest[] = [];
  const stdout = recorder(options.terminal ?? false);
  const stderr = recorder(options.terminal ?? false);
  const context: Context = {
    stdout,
    stderr,
    stdin: { isTerminal: options.stdin === undefined, chunks: chunksOf(options.stdin ?? '') },
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    now: () => NOW,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { method, headers } = request;
      const record = { method, headers, url: new URL(request.url), body: await request.text() };
      sent.push(record);
      if (options.answer === undefined) {
        throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
      }
      return options.answer(record);
    },
    localHost: {
      async up(environment, announce) {
        options.up?.(environment);
        const ports = { invoke: 'http://127.0.0.1:9000', upload: 'http://127.0.0.1:9001' };
        stdout.write(
          `${announce({ ...ports, layer: 'native', threads: 2, needsToken: environment['FAASM_ADMIN_TOKEN'] !== undefined })}\n`,
        );
      },
      probe: async () => options.probe ?? { layer: 'native', store: 'memory' },
    },
    platforms: {
      'aws-lambda': options.lambda ?? {
        package: async () => ({ file: 'faasm.zip', sizeBytes: 1, functions: [], warnings: [] }),
        deploy: async () => {},
      },
    },
  };
  const exit = await main(args, context);
  return { exit, stdout: stdout.text(), stderr: stderr.text(), sent };
}

/** An answer in JSON. */
export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
}

function recorder(isTerminal: boolean): Output & { text(): string } {
  const written: Uint8Array[] = [];
  return {
    write: (data) => void written.push(typeof data === 'string' ? new TextEncoder().encode(data) : data),
    ready: async () => {},
    isTerminal,
    columns: 80,
    text: () => Buffer.concat(written).toString(),
  };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
