// What somebody does who tries the runtime for an evening, with the command line and curl's requests, on each store.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startReceiver } from '../support/otlp-receiver.ts';
import { S3_KEYS, type S3Server, startS3Server } from '../support/s3-server.ts';

const FAASM = resolve(import.meta.dirname, '../../bin/faasm.js');
const BUCKET = 'evening';

const GREETING = (word: string): string => `
  #include <stdio.h>
  int main(void) {
    char name[64] = "world";
    if (scanf("%63s", name) == 1) fprintf(stderr, "greeting %s\\n", name);
    printf("${word} %s!", name);
    return 0;
  }`;
const BROKEN = 'int main(void) { return 0 }';
const DIVISION = `
  #include <stdio.h>
  __attribute__((noinline)) int divide(int a, volatile int b) { return a / b; }
  int main(void) { printf("%d", divide(1, 0)); return 0; }`;

/** How a command ended, and what it printed. */
interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host in a process, and the command line against it. */
class Evening {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  #host: Awaited<ReturnType<typeof startHost>> | undefined;

  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#environment = { ...process.env, FAASM_INVOKE_PORT: '0', FAASM_UPLOAD_PORT: '0', ...environment };
  }

  get url(): string {
    return this.#host?.url ?? '';
  }

  async up(): Promise<void> {
    this.#host = await startHost(this.#folder, this.#environment);
  }

  /** Stops the host as an operator does; answers its exit code. */
  async down(): Promise<number> {
    const code = await this.#host?.stop();
    this.#host = undefined;
    return code ?? -1;
  }

  async file(name: string, content: string): Promise<void> {
    await writeFile(join(this.#folder, name), content);
  }

  /** Runs a command, `input` on its standard input. */
  run(args: readonly string[], input = ''): Promise<Ended> {
    const env = { ...this.#environment, FAASM_HOST: this.url };
    return new Promise((done) => {
      const child = execFile(process.execPath, [FAASM, ...args], { cwd: this.#folder, env }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  }

  /** Runs a command that must succeed; answers its output. */
  async ok(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`faasm ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  async json(...args: readonly string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await this.ok(...args, '--json')) as Record<string, unknown>;
  }
}

async function startHost(cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [FAASM, 'up'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const exit = new Promise<number>((done) => {
    child.on('close', (code) => done(code ?? -1));
  });
  const url = await new Promise<string>((done, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk);
        const match = /^ {2}(?:calls|listens on)\s+(http:\S+)/m.exec(output);
        if (match?.[1] !== undefined) done(match[1]);
      });
    }
    exit.then((code) => reject(new Error(`The host ended (${code}):\n${output}`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      return exit;
    },
  };
}

describe.each(['folder', 's3'] as const)('an evening with functions in: %s', (store) => {
  let folder: string;
  let s3: S3Server | undefined;
  let receiver: OtlpReceiver;
  let evening: Evening;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-evening-'));
    receiver = await startReceiver();
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, FAASM_CACHE_DIR: join(folder, 'cache') };
    evening = new Evening(folder, { ...environment, ...(store === 's3' ? await openBucket() : {}) });
    await evening.up();
  });

  afterAll(async () => {
    await evening.down();
    await receiver.close();
    await s3?.kill();
    await rm(folder, { recursive: true });
  });

  async function openBucket(): Promise<Record<string, string>> {
    s3 = await startS3Server();
    const client = s3.client();
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    client.destroy();
    return {
      FAASM_STORE: 's3',
      FAASM_S3_BUCKET: BUCKET,
      FAASM_S3_ENDPOINT: s3.endpoint,
      AWS_ACCESS_KEY_ID: S3_KEYS.id,
      AWS_SECRET_ACCESS_KEY: S3_KEYS.secret,
      AWS_REGION: 'us-east-1',
    };
  }

  it('begins with a machine that has what is needed, and a host that is empty', async () => {
    expect((await evening.run(['doctor'])).stdout).toMatch(/^ok {4}memory layer {2}native$/m);
    expect(await evening.json('functions')).toEqual({ functions: [] });
    expect(await evening.json('whoami')).toMatchObject({ kind: 'admin' });
  });

  it('builds a function from source, or says where the source is wrong', async () => {
    await evening.file('greet.c', GREETING('Hello'));
    await evening.file('broken.c', BROKEN);
    const { code, stderr } = await evening.run(['build', 'broken.c']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.c:1:\d+: error: expected ';'/);
    await evening.ok('build', 'greet.c', '-o', 'greet.wasm');
    await evening.ok('upload', 'demo/greet', 'greet.wasm');
    expect(await evening.json('functions')).toEqual({ functions: [{ user: 'demo', function: 'greet' }] });
  });

  it('invokes it in all ways', async () => {
    expect(await evening.ok('invoke', 'demo/greet')).toBe('Hello world!');
    expect(await evening.ok('invoke', 'demo/greet', '--input', 'Ada')).toBe('Hello Ada!');
    await evening.file('name.txt', 'Grace');
    expect(await evening.ok('invoke', 'demo/greet', '--input-file', 'name.txt')).toBe('Hello Grace!');
    expect(await evening.run(['invoke', 'demo/greet', '-'], 'Alan')).toMatchObject({ code: 0, stdout: 'Hello Alan!' });
    const id = (await evening.ok('invoke', 'demo/greet', '--async', '--input', 'later')).trim();
    expect(await evening.ok('result', id, '--wait')).toBe('Hello later!');
    expect(await evening.json('status', id)).toMatchObject({ state: 'success', function: 'greet', returnValue: 0 });
    const faasm = await fetch(evening.url, {
      method: 'POST',
      body: JSON.stringify({ user: 'demo', function: 'greet', input_data: 'Faasm' }),
    });
    expect(await faasm.text()).toBe('Hello Faasm!');
    const raw = await fetch(`${evening.url}/v1/invoke/demo/greet`, { method: 'POST', body: 'curl' });
    expect([await raw.text(), raw.headers.get('x-faasm-layer')]).toEqual(['Hello curl!', 'native']);
  });

  it('uploads a new version, invokes the old one by name, and rolls back', async () => {
    const { current: first } = await evening.json('versions', 'demo/greet');
    await evening.file('greet.c', GREETING('Goodbye'));
    await evening.ok('upload', 'demo/greet', 'greet.c');
    expect(await evening.ok('invoke', 'demo/greet', '--input', 'Ada')).toBe('Goodbye Ada!');
    expect(await evening.ok('invoke', `demo/greet@${first}`, '--input', 'Ada')).toBe('Hello Ada!');
    await evening.ok('rollback', 'demo/greet');
    expect(await evening.ok('invoke', 'demo/greet', '--input', 'Ada')).toBe('Hello Ada!');
    expect(await evening.json('versions', 'demo/greet')).toMatchObject({ current: first, versions: [{}, {}] });
  });

  it('reads logs and metrics', async () => {
    expect(await evening.ok('logs', 'demo/greet')).toContain('greeting Grace');
    const metrics = await (await fetch(`${evening.url}/metrics`)).text();
    expect(metrics).toMatch(/^faasm_calls_total\{user="demo",function="greet",outcome="success"\} \d+$/m);
    expect(metrics).toMatch(/^faasm_call_starts_total\{user="demo",function="greet",start="warm"\} [1-9]/m);
  });

  it('sees a trace, from whoever asked to the phases of the call', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const parent = '00f067aa0ba902b7';
    const answer = await fetch(`${evening.url}/v1/invoke/demo/greet`, {
      method: 'POST',
      headers: { traceparent: `00-${traceId}-${parent}-01` },
    });
    const [, trace, span] = answer.headers.get('traceparent')?.split('-') ?? [];
    expect(trace).toBe(traceId);
    const received = () => receiver.spans.filter((each) => each.traceId === traceId);
    while (!received().some(({ spanId }) => spanId === span)) await new Promise((done) => setTimeout(done, 50));
    expect(received().find(({ spanId }) => spanId === span)).toMatchObject({
      name: 'demo/greet',
      parentSpanId: parent,
    });
    expect(
      received()
        .filter(({ parentSpanId }) => parentSpanId === span)
        .map(({ name }) => name),
    ).toContain('run');
  });

  it('breaks things and reads what is said', async () => {
    await evening.file('division.c', DIVISION);
    await evening.ok('upload', 'demo/division', 'division.c');
    const trap = await evening.run(['invoke', 'demo/division']);
    expect(trap).toMatchObject({ code: 1, stdout: '' });
    expect(trap.stderr).toMatch(/GUEST_TRAP: The function trapped: divide by zero in divide/);
    const typo = await evening.run(['invoke', 'demo/gret']);
    expect(typo).toMatchObject({ code: 1 });
    expect(typo.stderr).toMatch(/FUNCTION_NOT_FOUND[\s\S]*Did you mean demo\/greet\?/);
    await evening.file('no.wasm', 'this is no module');
    const bad = await evening.run(['upload', 'demo/no', 'no.wasm']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('MODULE_INVALID');
    expect(await evening.run(['invok'])).toMatchObject({ code: 2, stderr: expect.stringContaining('invoke') });
    expect(await evening.run(['functions', '--host', 'http://127.0.0.1:1'])).toMatchObject({ code: 3 });
    expect(await evening.ok('invoke', 'demo/greet')).toBe('Hello world!');
  });

  it('keeps state and files', async () => {
    await evening.ok('upload', 'demo/counter', resolve(import.meta.dirname, '../../func/c/demo/state_counter.c'));
    expect(await evening.ok('invoke', 'demo/counter')).toContain('Counter: 001');
    expect(await evening.ok('invoke', 'demo/counter')).toContain('Counter: 002');
    await evening.file('note.txt', 'a note');
    await evening.ok('file', 'put', 'demo/notes/first.txt', 'note.txt');
    expect(await evening.ok('file', 'get', 'demo/notes/first.txt')).toBe('a note');
    expect(await evening.ok('state', 'ls', 'demo')).toContain('counter');
  });

  it('gives a friend a token that reaches nothing of others', async () => {
    const { token } = await evening.json('token', 'create', 'ada');
    const friend = { FAASM_TOKEN: String(token) };
    const refused = await evening.run(['invoke', 'demo/greet', '--token', friend.FAASM_TOKEN]);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain('FORBIDDEN');
    await evening.ok('upload', 'ada/greet', 'greet.wasm', '--token', friend.FAASM_TOKEN);
    expect(await evening.ok('invoke', 'ada/greet', '--token', friend.FAASM_TOKEN)).toBe('Hello world!');
  });

  it('stops, starts again, and finds everything as it was', async () => {
    expect(await evening.down()).toBe(0);
    await evening.up();
    expect(await evening.ok('invoke', 'demo/greet', '--input', 'again')).toBe('Hello again!');
    expect(await evening.json('versions', 'demo/greet')).toMatchObject({ versions: [{}, {}] });
    expect(await evening.ok('file', 'get', 'demo/notes/first.txt')).toBe('a note');
    expect(await evening.json('token', 'ls')).toMatchObject({ tokens: [{ user: 'ada' }] });
  });
});
