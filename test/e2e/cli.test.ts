import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CliOptions, exitOf, LAUNCHER, printed, runFaasm, startFaasm } from '../support/cli-process.ts';

/** Prints more than a buffer, waits until somebody has that, and traps with something in its log. */
const CUT = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void) {
  for (int i = 0; i < 4000; i++) puts("output that is there before the end");
  fflush(stdout);
  while (access("faasm://received", F_OK) != 0) usleep(5000);
  fprintf(stderr, "about to trap\\n");
  abort();
}
`;

const sampleFile = (name: string): string => resolve(import.meta.dirname, `../../build/func/demo/${name}.wasm`);

describe('faasm', () => {
  let host: ChildProcess;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-cli-'));
    const flags = ['--port', '0', '--upload-port', '0', '--threads', '2', '--store', 'memory', '--log-level', 'silent'];
    host = startFaasm(['up', '--json', ...flags, '--max-file-bytes', '16MiB']);
    const [ready] = await printed(host, /\{.*\}/);
    url = JSON.parse(ready).invoke;
    await writeFile(join(folder, 'cut.c'), CUT);
    for (const name of ['hello', 'echo', 'sleep', 'exit_code', 'stdio']) {
      expect(await faasm('upload', `demo/${name}`, sampleFile(name))).toMatchObject({ exit: 0 });
    }
  });
  afterAll(async () => {
    const ended = exitOf(host);
    host.kill();
    expect(await ended).toBe(0);
    await rm(folder, { recursive: true });
  });

  const environment = (): Record<string, string> => ({ FAASM_HOST: url });
  async function run(args: readonly string[], options: CliOptions = {}) {
    const outcome = await runFaasm(args, { cwd: folder, ...options, env: { ...environment(), ...options.env } });
    return { ...outcome, stdout: outcome.stdout.toString() };
  }
  const faasm = (...args: string[]) => run(args);
  /** The one document that a command prints with --json. */
  async function json(...args: string[]) {
    const { stdout, stderr } = await faasm('--json', ...args);
    expect([stdout.split('\n').length, stderr]).toEqual([2, '']);
    return JSON.parse(stdout);
  }

  describe('functions', () => {
    it('are listed, also with their versions, and to a reader that has enough', async () => {
      expect((await faasm('functions')).stdout.split('\n')).toEqual(
        expect.arrayContaining(['demo/echo', 'demo/hello']),
      );
      expect((await faasm('functions', 'demo', '--long')).stdout).toMatch(/^FUNCTION +VERSION +SIZE +UPLOADED\ndemo\//);
      expect((await json('functions')).functions).toContainEqual({ user: 'demo', function: 'hello' });
      const line = `set -o pipefail; "${process.execPath}" "${LAUNCHER}" functions | head -n 1`;
      const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', line], {
        env: { ...process.env, ...environment() },
      });
      expect(stdout).toMatch(/^demo\/\w+\n$/);
    });

    it.each([
      ['a full disk', 'functions > /dev/full', 'error: Cannot write the output: ENOSPC'],
      ['a folder that was removed', '--host=http://127.0.0.1:9 functions', 'error: Cannot reach'],
    ])('end with an error, not with a stack, on %s', async (_, command, message) => {
      const gone = join(folder, 'gone');
      const line = `mkdir "${gone}" && cd "${gone}" && rmdir "${gone}" && "${process.execPath}" "${LAUNCHER}" ${command}`;
      const failed = await promisify(execFile)('bash', ['--norc', '-c', line], {
        env: { ...process.env, ...environment() },
      }).catch(({ code, stderr }) => ({ code, stderr }));
      expect(failed.stderr).toContain(message);
      expect(failed.stderr).not.toContain('    at ');
    });

    it('have versions that one can go back to, download and remove', async () => {
      const [hello, echo] = [sampleFile('hello'), sampleFile('echo')];
      const first = await json('upload', 'versions/f', hello);
      const second = await json('upload', 'versions/f', echo);
      expect(await json('versions', 'versions/f')).toMatchObject({ current: second.version });
      expect((await faasm('versions', 'versions/f')).stdout).toMatch(new RegExp(`^\\* +${second.version} `, 'm'));
      expect((await run(['invoke', `versions/f@${first.version}`])).stdout).toBe('Hello Faasm!');
      expect(await faasm('rollback', 'versions/f')).toMatchObject({
        stdout: `versions/f is now at version ${first.version}\n`,
      });
      expect(await json('rollback', 'versions/f', second.version)).toMatchObject({ version: second.version });
      await faasm('download', `versions/f@${first.sha256.slice(0, 12)}`, '-o', 'back.wasm');
      expect(await readFile(join(folder, 'back.wasm'))).toEqual(await readFile(hello));
      expect((await runFaasm(['download', 'versions/f', '-o', '-'], { env: environment() })).stdout).toEqual(
        await readFile(echo),
      );
      expect(await faasm('remove', `versions/f@${second.version}`)).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('VERSION_IN_USE'),
      });
      expect(await json('collect', 'versions/f', '--keep', '1')).toEqual({ removed: [first.version] });
      expect(await faasm('remove', 'versions/f')).toMatchObject({ exit: 0, stdout: 'versions/f is removed\n' });
      expect(await faasm('invoke', 'versions/f')).toMatchObject({ exit: 1 });
    });

    it('are built first where a source is given', async () => {
      expect(await faasm('upload', 'demo/cut', 'cut.c')).toMatchObject({ exit: 0, stderr: '' });
      await writeFile(join(folder, 'wrong.c'), 'int main( {');
      const wrong = await faasm('upload', 'demo/wrong', 'wrong.c');
      expect(wrong).toMatchObject({ exit: 1, stderr: expect.stringContaining('error: COMPILE_FAILED') });
      expect(wrong.stderr).toContain('wrong.c:1:11');
      expect(await faasm('upload', 'demo/wrong', 'none.wasm')).toMatchObject({ exit: 1 });
      expect(await faasm('upload', 'demo/wrong', 'wrong.txt')).toMatchObject({ exit: 2 });
      expect(await run(['upload', 'demo/wrong', '-'], { input: 'no wasm' })).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('MODULE_INVALID'),
      });
    });

    it('have settings', async () => {
      await faasm('upload', 'demo/set', sampleFile('hello'));
      const changes = [
        '--memory',
        '64MiB',
        '--timeout',
        '5',
        '--env',
        'A=b',
        '--retries',
        '2',
        '--grant',
        'state=read',
      ];
      expect(await json('configure', 'demo/set', ...changes)).toMatchObject({
        settings: {
          limits: { memoryBytes: 67_108_864, timeoutMs: 5_000 },
          environment: { A: 'b' },
          retries: { max: 2 },
          grants: { state: 'read' },
        },
      });
      await faasm('configure', 'demo/set', '--memory', 'default', '--retries', 'default', '--unset-env', 'A');
      expect((await faasm('configure', 'demo/set')).stdout).toMatch(
        /^demo\/set at .*\n {2}timeout {2}5 s\n {2}grant +state=read\n$/,
      );
      expect(await faasm('configure', 'demo/set', '--memory', '1')).toMatchObject({ exit: 1 });
    });
  });

  describe('calls', () => {
    it('take input in every way and answer bytes', async () => {
      expect(await faasm('invoke', 'demo/hello')).toMatchObject({ exit: 0, stdout: 'Hello Faasm!', stderr: '' });
      expect((await faasm('invoke', 'demo/echo', '--input', 'Hello API')).stdout).toBe('Hello API');
      const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256);
      await writeFile(join(folder, 'bytes'), bytes);
      const piped = await runFaasm(['invoke', 'demo/echo', '-'], { input: bytes, env: environment() });
      expect(piped.stdout).toEqual(Buffer.from(bytes));
      await faasm('invoke', 'demo/echo', '--input-file', 'bytes', '--output-file', 'copy');
      expect(await readFile(join(folder, 'copy'))).toEqual(Buffer.from(bytes));
      expect(await json('invoke', 'demo/echo', '--input-file', 'bytes')).toMatchObject({
        outputBytes: 100_000,
        outputBase64: Buffer.from(bytes).toString('base64'),
      });
      expect(await json('invoke', 'demo/echo', '--input', 'ä')).toMatchObject({
        output: 'ä',
        layer: expect.any(String),
      });
    });

    it('show what they took', async () => {
      const { stdout, stderr } = await faasm('invoke', 'demo/hello', '--show');
      expect(stdout).toBe('Hello Faasm!');
      expect(stderr).toMatch(/^times +queued .* ms, init .* ms, run /m);
      expect(stderr).toMatch(/^start +(cold|restored|warm|fresh), /m);
    });

    it('that fail end with 1 and say why', async () => {
      const failed = await faasm('invoke', 'demo/exit_code', '--input', '3');
      expect(failed).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('error: FUNCTION_FAILED') });
      expect(await json('invoke', 'demo/exit_code', '--input', '3')).toMatchObject({
        error: { code: 'FUNCTION_FAILED' },
        returnValue: 3,
        call: expect.any(Number),
      });
      const misspelt = await faasm('invoke', 'demo/ecoh');
      expect(misspelt).toMatchObject({ exit: 1, stderr: expect.stringContaining('Did you mean demo/echo?') });
      expect(await faasm('invoke', 'demo/sleep', '--input', '30000', '--timeout', '50ms')).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('error: TIMEOUT'),
      });
    });

    it('that fail in the middle of a stream say why, too', async () => {
      await faasm('upload', 'demo/cut', 'cut.c');
      const child = startFaasm(['invoke', 'demo/cut', '--stream'], { env: environment() });
      const ended = exitOf(child);
      let stderr = '';
      child.stderr?.on('data', (chunk) => {
        stderr += String(chunk);
      });
      await printed(child, /output that is there before the end\n/);
      await faasm('file', 'put', 'demo/received', 'cut.c');
      expect(await ended).toBe(1);
      expect(stderr).toMatch(/^about to trap\nerror: GUEST_TRAP: /);
    });

    it('go on without us', async () => {
      const id = (await faasm('invoke', 'demo/sleep', '--input', '300', '--async')).stdout.trim();
      expect(id).toMatch(/^\d+$/);
      const result = await faasm('result', id, '--wait');
      expect(result).toMatchObject({ exit: 0, stdout: 'Slept 300 ms' });
      expect(await json('status', id, '--wait')).toMatchObject({ state: 'success', outputBytes: 12 });
      expect((await faasm('status', id)).stdout).toMatch(/^state +success$/m);
      expect(await faasm('cancel', id)).toMatchObject({ exit: 0, stdout: `Call ${id} had ended already\n` });

      const late = await faasm('invoke', 'demo/sleep', '--input', '59999', '--wait', '20');
      expect(late).toMatchObject({ exit: 5, stderr: expect.stringContaining('faasm result') });
      const pending = late.stdout.trim();
      expect(await faasm('result', pending)).toMatchObject({ exit: 5, stdout: '' });
      expect(await json('cancel', pending)).toEqual({ cancelled: true });
      expect(await faasm('status', pending, '--wait')).toMatchObject({ exit: 1 });
      expect(await faasm('result', pending)).toMatchObject({ exit: 1, stderr: expect.stringContaining('CANCELLED') });
      expect(await faasm('status', '1')).toMatchObject({ exit: 1, stderr: expect.stringContaining('CALL_NOT_FOUND') });
    });

    it('are cancelled with Ctrl-C', async () => {
      const child = startFaasm(['invoke', 'demo/sleep', '--input', '59999'], { env: environment() });
      let id: string | undefined;
      while (id === undefined) {
        const { stdout } = await faasm('logs', 'demo/sleep', '--limit', '1');
        id = /^(\d+) demo\/sleep running/.exec(stdout)?.[1];
      }
      const ended = exitOf(child);
      child.kill('SIGINT');
      expect(await ended).toBe('SIGINT');
      expect(await json('status', id, '--wait')).toMatchObject({ error: { code: 'CANCELLED' } });
    });

    it('have logs, of one, of the last and of those to come', async () => {
      await faasm('upload', 'demo/log', sampleFile('stdio'));
      const { call } = await json('invoke', 'demo/log');
      const { log } = await json('logs', String(call));
      expect(log).not.toBe('');
      expect((await faasm('logs', String(call))).stdout).toBe(log);
      expect((await faasm('logs', 'demo/log')).stdout).toMatch(new RegExp(`^${call} demo/log success, .*\n${log}`));
      const follower = startFaasm(['logs', 'demo/log', '--follow', '--json'], { env: environment() });
      await printed(follower, /\n/);
      const news = printed(follower, /\{.*\}\n/);
      const next = await json('invoke', 'demo/log');
      expect(JSON.parse((await news)[0])).toMatchObject({ id: next.call, log });
      const ended = exitOf(follower);
      follower.kill();
      await ended;
    });
  });

  describe('state, files and tokens', () => {
    it('state', async () => {
      expect(await faasm('state', 'put', 'demo/cli/text', '--value', 'the fox')).toMatchObject({
        stdout: 'demo/cli/text is stored (7 B)\n',
      });
      await run(['state', 'put', 'demo/cli/../odd key', '-'], { input: 'piped' });
      expect((await faasm('state', 'get', 'demo/cli/text')).stdout).toBe('the fox');
      expect((await faasm('state', 'get', 'demo/cli/../odd key')).stdout).toBe('piped');
      expect((await faasm('state', 'ls', 'demo/cli')).stdout).toBe('SIZE  KEY\n 5 B  cli/../odd key\n 7 B  cli/text\n');
      expect(await json('state', 'get', 'demo/cli/text')).toMatchObject({ valueBase64: 'dGhlIGZveA==' });
      expect(await json('state', 'rm', 'demo/cli/text')).toEqual({ removed: true });
      const gone = await faasm('state', 'get', 'demo/cli/text');
      expect(gone).toMatchObject({ exit: 1, stderr: expect.stringContaining('STATE_NOT_FOUND') });
      expect(await faasm('state', 'put', 'demo/x')).toMatchObject({ exit: 2 });
    });

    it('parts of state values, and values that others change', async () => {
      const put = (...more: string[]) => faasm('state', 'put', 'demo/cli/parts', ...more);
      const { etag } = (await json('state', 'put', 'demo/cli/parts', '--value', 'the fox', '--new')) as {
        etag: string;
      };
      expect(await json('state', 'get', 'demo/cli/parts')).toMatchObject({ etag });
      expect((await faasm('state', 'get', 'demo/cli/parts', '--range', '4-6')).stdout).toBe('fox');
      expect(await put('--value', 'THE', '--offset', '0')).toMatchObject({ exit: 0 });
      expect((await faasm('state', 'get', 'demo/cli/parts')).stdout).toBe('THE fox');
      const refused = { exit: 1, stderr: expect.stringContaining('PRECONDITION_FAILED') };
      expect(await put('--value', 'x', '--if-match', etag)).toMatchObject(refused);
      expect(await put('--value', 'x', '--new')).toMatchObject(refused);
      expect(await faasm('state', 'rm', 'demo/cli/parts', '--if-match', etag.replaceAll('"', ''))).toMatchObject(
        refused,
      );
      expect(await faasm('state', 'get', 'demo/cli/parts', '--range', '9-')).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('RANGE_NOT_SATISFIABLE'),
      });
      expect(await json('state', 'pull', 'demo/cli/parts')).toEqual({ pulled: true });
      expect(await json('state', 'push', 'demo/cli/parts')).toEqual({ pushed: true });
      expect(await faasm('state', 'rm', 'demo/cli/parts', '--if-match', '*')).toMatchObject({ exit: 0 });
      expect(await faasm('state', 'pull', 'demo/cli/parts')).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('STATE_NOT_FOUND'),
      });
    });

    it('files', async () => {
      const content = Buffer.alloc(5_000_000, 'ab');
      await writeFile(join(folder, 'large'), content);
      expect(await json('file', 'put', 'demo/dir/large', 'large')).toMatchObject({ sizeBytes: 5_000_000 });
      await faasm('file', 'get', 'demo/dir/large', '-o', 'returned');
      expect((await readFile(join(folder, 'returned'))).equals(content)).toBe(true);
      expect((await faasm('file', 'ls', 'demo/dir/')).stdout).toMatch(
        /^ *SIZE +CHANGED +PATH\n4\.8 MiB +\S.* +dir\/large\n$/,
      );
      await writeFile(join(folder, 'larger'), Buffer.alloc(17 * 1024 * 1024));
      expect(await faasm('file', 'put', 'demo/larger', 'larger')).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('BODY_TOO_LARGE'),
      });
      expect(await faasm('file', 'rm', 'demo/dir/large')).toMatchObject({ exit: 0 });
      expect(await faasm('file', 'get', 'demo/dir/large', '-o', 'no')).toMatchObject({ exit: 1 });
      await expect(readFile(join(folder, 'no'))).rejects.toMatchObject({ code: 'ENOENT' });
    });

    it('tokens, and what they do not allow', async () => {
      const made = await faasm('token', 'create', 'alice', '--note', 'a test', '--expires', '30d');
      expect(made.stdout).toMatch(/^faasm_[0-9a-f]{12}_\S{43}\n$/);
      const token = made.stdout.trim();
      const asAlice = (...args: string[]) => run(args, { env: { FAASM_TOKEN: token } });
      expect((await asAlice('whoami')).stdout).toBe(`the user alice at ${url}\n`);
      expect((await asAlice('functions')).stdout).toBe('');
      expect(await asAlice('invoke', 'demo/hello')).toMatchObject({
        exit: 4,
        stderr: expect.stringContaining('FORBIDDEN'),
      });
      expect(await asAlice('token', 'create', 'bob')).toMatchObject({ exit: 4 });
      const id = token.slice('faasm_'.length, 'faasm_'.length + 12);
      expect((await faasm('token', 'ls')).stdout).toMatch(
        new RegExp(`^${id} +alice +user .* in (30 days|29 days|1 month) +a test$`, 'm'),
      );
      expect(await json('token', 'revoke', id)).toEqual({ revoked: true });
      expect(await asAlice('whoami')).toMatchObject({ exit: 4, stderr: expect.stringContaining('UNAUTHENTICATED') });
      expect(await json('token', 'create', '--admin')).toMatchObject({ kind: 'admin' });
      expect(await faasm('token', 'create')).toMatchObject({ exit: 2 });
    });
  });

  describe('this machine', () => {
    it('builds', async () => {
      await writeFile(join(folder, 'main.c'), 'int value(void); int main(void) { return value(); }');
      await writeFile(join(folder, 'value.c'), 'int value(void) { return VALUE; }');
      const built = await faasm('build', 'main.c', 'value.c', '-o', 'out/app.wasm', '--', '-DVALUE=0');
      expect(built).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^out\/app\.wasm \(\d.*\)\n$/) });
      expect(WebAssembly.validate(await readFile(join(folder, 'out/app.wasm')))).toBe(true);
      expect(await json('build', 'main.c', 'value.c', '--', '-DVALUE=1')).toMatchObject({ file: 'main.wasm' });
      expect(await faasm('build', 'value.c')).toMatchObject({ exit: 1, stderr: expect.stringContaining('VALUE') });
      expect(await faasm('build')).toMatchObject({ exit: 2 });
    });

    it('is checked', async () => {
      const env = { ...environment(), FAASM_STORE_DIR: 'store', FAASM_INVOKE_PORT: '0', FAASM_UPLOAD_PORT: '0' };
      const { exit, stdout } = await run(['doctor', '--json'], { env });
      const { healthy, findings } = JSON.parse(stdout);
      expect([exit, healthy]).toEqual([0, true]);
      const found = new Map(
        findings.map((finding: { name: string; status: string }) => [finding.name, finding.status]),
      );
      expect([found.get('Node'), found.get('store'), found.get('host'), found.get('compilers')]).toEqual(
        Array(4).fill('ok'),
      );
      // A file where a folder should be.
      const broken = await run(['doctor'], { env: { ...env, FAASM_STORE_DIR: 'cut.c' } });
      expect(broken).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^fail {2}store +STORE_/m) });
    });

    it('tells its settings', async () => {
      const { settings } = await json('config');
      expect(settings).toContainEqual(
        expect.objectContaining({ env: 'FAASM_HOST', value: url, source: 'environment' }),
      );
    });

    it('has a version', async () => {
      const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
      expect((await faasm('--version')).stdout).toBe(`faasm ${version} (Node ${process.versions.node})\n`);
      expect(await json('version')).toEqual({ faasm: version, node: process.versions.node });
    });

    it('says when a host cannot start', async () => {
      const port = new URL(url).port;
      const taken = await run(['up', '--port', port, '--upload-port', port, '--store', 'memory']);
      expect(taken).toMatchObject({ exit: 1, stderr: expect.stringContaining('is in use by another process') });
      expect(await faasm('up', '--port', '70000')).toMatchObject({ exit: 2 });
      expect(await faasm('up', '--stoer', 'memory')).toMatchObject({
        exit: 2,
        stderr: expect.stringContaining('--store'),
      });
    });
  });

  describe('a command line that is wrong, and hosts that are', () => {
    it.each([
      [['invok', 'demo/hello'], 'Did you mean "invoke"?'],
      [['state', 'gte', 'demo/x'], 'Did you mean "state get"?'],
      [['invoke', 'demo/hello', '--inptu', 'x'], 'Did you mean --input?'],
      [['invoke', 'hello'], 'user/function'],
      [['invoke', 'demo/hello', '--async', '--stream'], 'exclude each other'],
      [['status', 'abc'], 'use the number'],
    ])('%j is a usage error', async (args, hint) => {
      expect(await run(args)).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining(hint) });
      const { stdout, exit, stderr } = await run([...args, '--json']);
      expect([exit, stderr, JSON.parse(stdout).error.code]).toEqual([2, '', 'USAGE']);
    });

    it('a host that is not there', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise<void>((done) => server.once('listening', done));
      const { port } = server.address() as AddressInfo;
      await new Promise((done) => server.close(done));
      const outcome = await run(['functions'], { env: { FAASM_HOST: `127.0.0.1:${port}` } });
      expect(outcome).toMatchObject({ exit: 3, stdout: '', stderr: expect.stringContaining('nothing listens there') });
      expect(await run(['complete-functions'], { env: { FAASM_HOST: `127.0.0.1:${port}` } })).toMatchObject({
        exit: 0,
        stdout: '',
        stderr: '',
      });
    });
  });

  describe('completion', () => {
    it('in bash', async () => {
      const bin = await mkdtemp(join(folder, 'bin-'));
      await writeFile(join(bin, 'faasm'), `#!/bin/sh\nexec "${process.execPath}" "${LAUNCHER}" "$@"\n`);
      await chmod(join(bin, 'faasm'), 0o755);
      const cases: (readonly [string[], string])[] = [
        [['inv'], 'invoke'],
        [['state', ''], 'get put ls rm push pull'],
        [['invoke', '--str'], '--stream'],
        [['invoke', 'demo/he'], 'demo/hello'],
        [['--host', 'x', 'invoke', 'demo/he'], 'demo/hello'],
        [['build', '--compiler', ''], 'auto system bundled'],
        [['build', '--compiler', '=', 'b'], 'bundled'],
        [['upload', 'demo/hello', 'cut'], 'cut.c'],
        [['completion', 'z'], 'zsh'],
        [['configure', 'demo/hello', '--grant', 'state=r'], 'state=read'],
      ];
      const lines = cases.map(([words]) => `complete_words ${words.map((word) => `'${word}'`).join(' ')}`);
      const script = [
        'source <(faasm completion bash)',
        `complete_words() { COMP_WORDS=(faasm "$@"); COMP_CWORD=$#; _faasm; echo "\${COMPREPLY[*]}"; }`,
        ...lines,
      ].join('\n');
      // Of a locale that the machine has not, bash says so.
      const env = { ...process.env, ...environment(), LC_ALL: 'C', PATH: `${bin}:${process.env['PATH']}` };
      const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-uc', script], { cwd: folder, env });
      expect(stderr).toBe('');
      expect(stdout.trimEnd().split('\n')).toEqual(cases.map(([, offered]) => offered));
    });

    it('in zsh names every command', async () => {
      const { stdout } = await faasm('completion', 'zsh');
      for (const word of ['up', 'invoke', 'state', 'doctor']) expect(stdout).toContain(`'${word}:`);
      expect(stdout).toMatch(/^#compdef faasm\n/);
    });
  });

  describe('the launcher', () => {
    it('passes exit codes and signals on where it needs another Node', async () => {
      // A Node that says it is older: what the launcher does then does not depend on which one it is.
      const preload = join(folder, 'older.cjs');
      await writeFile(
        preload,
        "if (!process.env.STARTED) { process.env.STARTED = '1'; " +
          "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } }); }",
      );
      const older = (...args: string[]) =>
        spawn(process.execPath, ['--require', preload, LAUNCHER, ...args], {
          env: { ...process.env, ...environment() },
        });
      const wrong = older('invok');
      expect(await exitOf(wrong)).toBe(2);
      const waiting = older('logs', 'demo/hello', '--follow', '--json');
      await faasm('invoke', 'demo/hello');
      await printed(waiting, /\n/);
      const ended = exitOf(waiting);
      waiting.kill('SIGTERM');
      expect(await ended).toBe('SIGTERM');
    });

    it('works through a link, as npm installs it', async () => {
      const link = join(folder, 'faasm-link');
      await symlink(LAUNCHER, link);
      const { stdout } = await promisify(execFile)(process.execPath, [link, 'version']);
      expect(stdout).toMatch(/^faasm \d/);
    });
  });
});
