import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { json, runCli } from './support.ts';

const VERSION = '20261121T064237123Z-1a2b3c4d';

describe('requests', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-cli-'));
    await writeFile(join(folder, 'in.bin'), 'from a file');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('go to FAASM_HOST with FAASM_TOKEN; options win', async () => {
    const answer = () => json({ user: 'demo', kind: 'user' });
    const env = { FAASM_HOST: 'example.test:1234/', FAASM_TOKEN: 'secret' };
    const first = await runCli(['whoami'], { env, answer });
    expect(first.sent[0]?.url.href).toBe('http://example.test:1234/v1/whoami');
    expect(first.sent[0]?.headers.get('authorization')).toBe('Bearer secret');
    expect(first.stdout).toBe('the user demo at http://example.test:1234\n');
    const second = await runCli(['whoami', '--host', 'https://other.test/base', '--token', 't'], { env, answer });
    expect(second.sent[0]?.url.href).toBe('https://other.test/base/v1/whoami');
    expect(second.sent[0]?.headers.get('authorization')).toBe('Bearer t');
    const third = await runCli(['whoami'], { answer });
    expect(third.sent[0]?.url.href).toBe('http://127.0.0.1:8080/v1/whoami');
    expect(third.sent[0]?.headers.get('authorization')).toBeNull();
  });

  it('invoke sends input and wishes', async () => {
    const answer = (): Response => new Response('out', { headers: { 'x-faasm-call': '7' } });
    const asked = ['--timeout', '2', '--cmdline', 'a b', '--idempotency-key', 'k', '--content-type', 'text/x'];
    const { sent, stdout, exit } = await runCli(['invoke', `demo/echo@${VERSION}`, '-i', 'hi', ...asked], { answer });
    expect([stdout, exit]).toEqual(['out', 0]);
    expect(sent[0]).toMatchObject({ method: 'POST', body: 'hi' });
    expect(sent[0]?.url.pathname).toBe('/v1/invoke/demo/echo');
    const query = Object.fromEntries(sent[0]?.url.searchParams ?? []);
    expect(query).toEqual({ version: VERSION, timeout: '2000', cmdline: 'a b' });
    expect(sent[0]?.headers.get('idempotency-key')).toBe('k');
    expect(sent[0]?.headers.get('content-type')).toBe('text/x');
  });

  it('invoke takes the input from a file or the standard input', async () => {
    const answer = (): Response => new Response('');
    const fromFile = await runCli(['invoke', 'demo/echo', '--input-file', 'in.bin'], { answer, cwd: folder });
    expect(fromFile.sent[0]?.body).toBe('from a file');
    const fromStdin = await runCli(['invoke', 'demo/echo', '-'], { answer, stdin: 'typed' });
    expect(fromStdin.sent[0]?.body).toBe('typed');
    const terminal = await runCli(['invoke', 'demo/echo', '-'], { answer });
    expect(terminal).toMatchObject({ exit: 2, sent: [] });
  });

  it('output goes to a file only when all of it has come', async () => {
    const cut = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('half'));
        controller.error(Object.assign(new Error('terminated'), { cause: { code: 'UND_ERR_SOCKET' } }));
      },
    });
    const broken = await runCli(['invoke', 'demo/echo', '-o', 'out'], { answer: () => new Response(cut), cwd: folder });
    expect(broken.exit).toBe(3);
    await expect(readFile(join(folder, 'out'))).rejects.toMatchObject({ code: 'ENOENT' });
    await runCli(['invoke', 'demo/echo', '-o', 'out'], { answer: () => new Response('whole'), cwd: folder });
    expect(await readFile(join(folder, 'out'), 'utf8')).toBe('whole');
  });

  it.each(['', 'ftp://example.test', 'http://name:password@example.test', 'http://a b', 'http://example.test/?x=1'])(
    'are not sent to %j, which is no address of a host',
    async (host) => {
      const { exit, stderr, sent } = await runCli([`--host=${host}`, 'functions'], { answer: () => json({}) });
      expect([exit, sent]).toEqual([2, []]);
      expect(stderr).toContain('is no address of one');
    },
  );

  it('invoke --show adds record and log to JSON', async () => {
    const record = { id: 7, user: 'demo', function: 'echo', state: 'success', times: {} };
    const { stdout } = await runCli(['invoke', 'demo/echo', '--show', '--json'], {
      answer: ({ url }) => {
        if (url.pathname.endsWith('/log')) return new Response('noted');
        return url.pathname === '/v1/calls/7'
          ? json(record)
          : new Response('out', { headers: { 'x-faasm-call': '7' } });
      },
    });
    expect(JSON.parse(stdout)).toEqual({ call: 7, outputBytes: 3, output: 'out', record, log: 'noted' });
  });

  it('logs of a function that does not exist are an error, and of one without calls a note', async () => {
    const host = (known: boolean) => ({
      answer: ({ url }: { url: URL }) => {
        if (url.pathname === '/v1/calls') return json({ calls: [] });
        if (url.pathname === '/v1/functions/demo') return json({ functions: [{ user: 'demo', function: 'echo' }] });
        return known ? json({}) : json({ code: 'FUNCTION_NOT_FOUND', message: 'None.' }, 404);
      },
    });
    const missing = await runCli(['logs', 'demo/ecko'], host(false));
    expect(missing).toMatchObject({ exit: 1, stderr: expect.stringContaining('Did you mean demo/echo?') });
    const quiet = await runCli(['logs', 'demo/echo'], host(true));
    expect(quiet).toMatchObject({ exit: 0, stdout: '', stderr: 'No calls of demo/echo are known here now.\n' });
  });

  it('functions says whose functions there are none of', async () => {
    const { stderr } = await runCli(['functions', 'ada'], { answer: () => json({ functions: [] }) });
    expect(stderr).toContain('ada has no functions yet: faasm upload ada/hello');
  });

  it('names in addresses are escaped', async () => {
    const { sent } = await runCli(['state', 'get', 'demo/a/../b ?'], { answer: () => new Response('') });
    expect(sent[0]?.url.pathname).toBe('/v1/state/demo/a%2F..%2Fb%20%3F');
  });

  it('upload sends a module, with a memory limit if asked to', async () => {
    const receipt = { user: 'demo', function: 'f', version: VERSION, settings: {}, sizeBytes: 11, resettable: true };
    const options = { answer: () => json(receipt, 201), stdin: 'from a pipe' };
    const plain = await runCli(['upload', 'demo/f', '-'], options);
    expect(plain.sent[0]).toMatchObject({ method: 'PUT', body: 'from a pipe' });
    expect(plain.sent[0]?.url.search).toBe('');
    const limited = await runCli(['upload', 'demo/f', '-', '--memory', '256MiB'], options);
    expect(limited.sent[0]?.url.pathname).toBe('/v1/functions/demo/f');
    expect(limited.sent[0]?.url.search).toBe('?memory=268435456');
    expect(limited.exit).toBe(0);
  });

  it.each([
    ['BODY_TOO_LARGE', 413, 'faasm up --max-upload-bytes'],
    ['OUTPUT_LIMIT', 500, 'faasm configure demo/hello --output-size'],
    ['LOG_LIMIT', 500, 'faasm configure demo/hello --log-size'],
  ])('%s comes with the option that raises the limit', async (code, status, example) => {
    const answer = () => json({ code, message: 'Too much.' }, status);
    const { exit, stderr } = await runCli(['upload', 'demo/f', '-'], { answer, stdin: 'module' });
    expect(exit).toBe(1);
    expect(stderr).toContain(example);
  });

  it('configure makes a merge patch', async () => {
    const document = { user: 'demo', function: 'f', version: VERSION, settings: {} };
    const args = ['--memory', '64MiB', '--cpu', 'default', '-e', 'A=b=c', '--unset-env', 'D', '--retries', '2'];
    const { sent } = await runCli(['configure', 'demo/f', ...args, '--grant', 'state=read'], {
      answer: () => json(document),
    });
    expect(sent[0]?.method).toBe('PATCH');
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      limits: { memoryBytes: 64 * 1024 ** 2, cpuMs: null },
      environment: { A: 'b=c', D: null },
      retries: { max: 2 },
      grants: { state: 'read' },
    });
    const none = await runCli(['configure', 'demo/f', '--retries', 'default'], { answer: () => json(document) });
    expect(JSON.parse(none.sent[0]?.body ?? '')).toEqual({ retries: null });
    const shown = await runCli(['configure', 'demo/f'], { answer: () => json(document) });
    expect(shown.sent[0]?.method).toBe('GET');
    const both = await runCli(['configure', 'demo/f', '--env', 'A=1', '--unset-env', 'A']);
    expect(both).toMatchObject({ exit: 2, sent: [] });
  });
});

describe('errors', () => {
  it('say what happened, what to do, and an example', async () => {
    const { exit, stdout, stderr } = await runCli(['functions']);
    expect([exit, stdout]).toEqual([3, '']);
    expect(stderr.split('\n')).toEqual([
      'error: Cannot reach http://127.0.0.1:8080: nothing listens there.',
      expect.stringContaining('faasm up'),
      '  For example: faasm up',
      '',
    ]);
  });

  it.each([
    [401, 'UNAUTHENTICATED', 4],
    [403, 'FORBIDDEN', 4],
    // The function lacks the right, not the caller.
    [403, 'GRANT_MISSING', 1],
    [404, 'STATE_NOT_FOUND', 1],
    [503, 'QUEUE_FULL', 1],
  ])('status %i %s ends with %i', async (status, code, expected) => {
    const { exit, stderr } = await runCli(['state', 'get', 'demo/k'], {
      answer: () => json({ code, message: 'm.' }, status),
    });
    expect(exit).toBe(expected);
    expect(stderr).toContain(`error: ${code}: m.`);
  });

  it('are one JSON document with --json', async () => {
    const { exit, stdout, stderr } = await runCli(['functions', '--json']);
    expect([exit, stderr]).toEqual([3, '']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'HOST_UNREACHABLE', example: 'faasm up' } });
    expect(JSON.parse((await runCli(['nonsense', '--json'])).stdout)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it('of something that is no Faasm host', async () => {
    const page = await runCli(['functions'], { answer: () => new Response('<html>') });
    expect(page).toMatchObject({ exit: 3, stderr: expect.stringContaining('does not seem to be a Faasm host') });
    const refusing = await runCli(['functions'], { answer: () => new Response('Bad gateway', { status: 502 }) });
    expect(refusing).toMatchObject({ exit: 1, stderr: expect.stringContaining('HTTP_502: 502 Bad gateway') });
  });

  it('of a host that is no address', async () => {
    expect(await runCli(['functions', '--host', 'http://:x'])).toMatchObject({ exit: 2 });
  });

  it('of calls come with their log', async () => {
    const answer = ({ method }: { method: string }): Response =>
      method === 'POST'
        ? json({ code: 'GUEST_TRAP', message: 'It trapped.', call: 7 }, 500)
        : new Response('about to trap');
    const text = await runCli(['invoke', 'demo/f'], { answer });
    expect(text).toMatchObject({
      exit: 1,
      stdout: '',
      stderr: expect.stringMatching(/^about to trap\nerror: GUEST_TRAP: It/),
    });
    const { stdout } = await runCli(['invoke', 'demo/f', '--json'], { answer });
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'GUEST_TRAP', message: 'It trapped.' },
      call: 7,
      log: 'about to trap',
    });
  });

  it('of a misspelt function name the one that is meant', async () => {
    const answer = ({ method }: { method: string }): Response =>
      method === 'POST'
        ? json({ code: 'FUNCTION_NOT_FOUND', message: 'None.' }, 404)
        : json({ functions: [{ user: 'demo', function: 'hello' }] });
    expect((await runCli(['invoke', 'demo/helo'], { answer })).stderr).toContain('Did you mean demo/hello?');
  });
});

describe('on a terminal', () => {
  const answer = (): Response => json({ calls: [CALL] });
  const CALL = {
    id: 5,
    user: 'demo',
    function: 'f',
    version: VERSION,
    state: 'failed',
    error: { code: 'TIMEOUT', message: 'm' },
    times: { submittedAt: '2026-11-21T07:59:00Z', runMs: 12 },
  };

  it('colours unless NO_COLOR is set', async () => {
    const coloured = await runCli(['logs', 'demo/f'], { answer, terminal: true });
    expect(coloured.stdout).toBe(
      '\u001b[1m5\u001b[0m demo/f \u001b[31mfailed (TIMEOUT)\u001b[0m, 1 minute ago, ran 12 ms\n',
    );
    const plain = '5 demo/f failed (TIMEOUT), 1 minute ago, ran 12 ms\n';
    expect((await runCli(['logs', 'demo/f'], { answer, terminal: true, env: { NO_COLOR: '1' } })).stdout).toBe(plain);
    expect((await runCli(['logs', 'demo/f'], { answer })).stdout).toBe(plain);
  });

  it('ends output with a line', async () => {
    const output = (): Response => new Response('no newline');
    expect((await runCli(['invoke', 'demo/f'], { answer: output, terminal: true })).stdout).toBe('no newline\n');
    expect((await runCli(['invoke', 'demo/f'], { answer: output })).stdout).toBe('no newline');
  });
});

describe('up', () => {
  it('hands flags over as settings', async () => {
    let settings: Readonly<Record<string, string | undefined>> = {};
    const args = ['up', '--port', '9000', '--bind', '::1', '--store', 'memory'];
    const { exit, stdout } = await runCli(args, {
      env: { FAASM_INVOKE_PORT: '1', FAASM_THREADS: '2' },
      up: (environment) => {
        settings = environment;
      },
    });
    expect(exit).toBe(0);
    const expected = { FAASM_INVOKE_PORT: '9000', FAASM_BIND_HOST: '::1', FAASM_STORE: 'memory', FAASM_THREADS: '2' };
    expect(settings).toMatchObject(expected);
    expect(stdout).toContain('Faasm is ready\n  listens on         http://127.0.0.1:9000');
  });

  it('shows commands that work where one stands', async () => {
    const inClone = await runCli(['up']);
    expect(inClone.stdout).toContain('faasm upload demo/hello func/c/demo/hello.c\n');
    expect(inClone.stdout).not.toContain('FAASM_TOKEN');
    const elsewhere = await runCli(['up'], { cwd: tmpdir(), env: { FAASM_ADMIN_TOKEN: 'a-token-of-the-tests' } });
    expect(elsewhere.stdout).toContain('faasm upload demo/hello hello.c\n');
    expect(elsewhere.stdout).toContain("export FAASM_TOKEN=<the administrator's token>\n");
  });

  it('refuses settings before it starts anything', async () => {
    let started = false;
    const outcome = await runCli(['up', '--threads', 'many'], {
      up: () => {
        started = true;
      },
    });
    expect(outcome).toMatchObject({ exit: 2, stderr: expect.stringContaining('FAASM_THREADS is "many"') });
    expect(started).toBe(false);
  });

  it('has no flag for a secret', async () => {
    expect((await runCli(['up', '--help'])).stdout).not.toContain('--admin-token');
  });
});

describe('config', () => {
  it('shows values, where they come from, and no secrets', async () => {
    const env = { FAASM_THREADS: '3', FAASM_ADMIN_TOKEN: 'very-secret-token-1', FAASM_TOKEN: 'also-secret' };
    const { stdout } = await runCli(['config', '--json'], { env });
    const settings: { env: string; value: string; source: string }[] = JSON.parse(stdout).settings;
    const of = (name: string) => settings.find((row) => row.env === name);
    expect(of('FAASM_THREADS')).toMatchObject({ value: '3', source: 'environment' });
    expect(of('FAASM_INVOKE_PORT')).toMatchObject({ value: '8080', source: 'default' });
    expect(of('FAASM_ADMIN_TOKEN')).toMatchObject({ value: '(set)', source: 'environment' });
    expect(stdout).not.toContain('secret-token');
    expect(stdout).not.toContain('also-secret');
    expect((await runCli(['config'], { env })).stdout).toMatch(/FAASM_THREADS +3 +environment/);
  });
});

describe('doctor', () => {
  it('says what is wrong and what to do, and ends with 1', async () => {
    const error = { code: 'STORE_UNAVAILABLE', message: 'The bucket cannot be reached.' };
    const env = { FAASM_INVOKE_PORT: '0', FAASM_UPLOAD_PORT: '0', PATH: '' };
    const { exit, stdout } = await runCli(['doctor'], {
      env,
      probe: { layer: 'portable', layerReason: 'not built', error },
    });
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^fail {2}store +STORE_UNAVAILABLE: The bucket/m);
    expect(stdout).toMatch(/^warn {2}memory layer +portable: not built/m);
    expect(stdout).toMatch(/^warn {2}host +Cannot reach/m);
    expect(stdout).toContain('1 check failed.');
  });

  it('goes on with settings that are not accepted', async () => {
    const { exit, stdout } = await runCli(['doctor', '--json'], {
      env: { FAASM_THREADS: 'x', FAASM_TREADS: '1', PATH: '' },
    });
    expect(exit).toBe(1);
    const { healthy, findings } = JSON.parse(stdout);
    expect(healthy).toBe(false);
    expect(findings).toContainEqual(expect.objectContaining({ name: 'settings', status: 'fail' }));
  });
});
