import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RuntimeOptions } from '../../src/index.ts';
import { fileShell, shell, uploadShell } from '../support/file-shell.ts';
import { sleep, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const E = {
  IO: 29,
  INVAL: 28,
  NOENT: 44,
  NOMEM: 48,
  NOSPC: 51,
  PERM: 63,
  XDEV: 75,
  EXIST: 20,
  NOTEMPTY: 55,
  ISDIR: 31,
};
const MIB = 1024 * 1024;
const PAGE = 65_536;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const runtimes: TestRuntime[] = [];
const folders: string[] = [];

async function start(options: RuntimeOptions = {}): Promise<TestRuntime> {
  const runtime = await startRuntime(options);
  runtimes.push(runtime);
  return runtime;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'faasm-shared-files-'));
  folders.push(made);
  return made;
}

async function text(runtime: TestRuntime, path: string, user = 'demo'): Promise<string | undefined> {
  const bytes = await runtime.files.get(user, path);
  return bytes && decoder.decode(bytes);
}

beforeAll(async () => {
  await fileShell();
});

afterEach(async () => {
  await Promise.all(runtimes.splice(0).map(stopRuntime));
});

afterAll(async () => {
  await Promise.all(folders.map((each) => rm(each, { recursive: true })));
});

describe('shared files', () => {
  it('are read by faasm:// and a path: those of the user, then those of the user shared', async () => {
    const runtime = await start();
    await uploadShell(runtime);
    await runtime.files.put('demo', 'dir/own.txt', encoder.encode('mine'));
    await runtime.files.put('shared', 'dir/own.txt', encoder.encode('not seen'));
    await runtime.files.put('shared', 'dir/all.txt', encoder.encode('for all'));
    await runtime.files.put('other', 'dir/other.txt', encoder.encode('of another'));
    const { lines, ending } = await shell(runtime, [
      'read faasm://dir/own.txt',
      'read faasm:/dir//all.txt',
      'read /faasm:/dir/all.txt',
      'read faasm://dir/other.txt',
      'stat faasm://dir/all.txt',
      'stat faasm://dir',
      'stat faasm://none',
      'ls faasm://dir',
      'ls faasm://',
      'ls faasm://none',
    ]);
    expect(ending).toBe('success');
    expect(lines).toEqual([
      'mine (4)',
      'for all (7)',
      'for all (7)',
      `open failed: ${E.NOENT}`,
      'file of 7, dated',
      'directory',
      `stat failed: ${E.NOENT}`,
      'own.txt all.txt',
      'dir/',
      `opendir failed: ${E.NOENT}`,
    ]);
  });

  it('are written back when they are closed, synchronised, or the program ends', async () => {
    const runtime = await start();
    await uploadShell(runtime);
    await runtime.files.put('shared', 'common', encoder.encode('common'));
    const { lines } = await shell(runtime, [
      'write faasm://a/closed one',
      'append faasm://a/closed two',
      'read faasm://a/closed',
      'create faasm://a/closed three',
      'patch faasm://a/closed ONE',
      'sync faasm://a/synced four',
      'leave faasm://a/left five',
      'append faasm://common +mine',
      'read /tmp/common',
      'write faasm://empty',
    ]);
    expect(lines).toEqual([
      'done',
      'done',
      'onetwo (6)',
      `open failed: ${E.EXIST}`,
      'done',
      'done',
      'left open',
      'done',
      `open failed: ${E.NOENT}`,
      'done',
    ]);
    expect(await text(runtime, 'a/closed')).toBe('ONEtwo');
    expect(await text(runtime, 'a/synced')).toBe('four');
    expect(await text(runtime, 'a/left')).toBe('five');
    expect(await text(runtime, 'common')).toBe('common+mine');
    expect(await text(runtime, 'common', 'shared')).toBe('common');
    expect(await text(runtime, 'empty')).toBe('');
    expect((await shell(runtime, ['read faasm://common', 'leave faasm://trapped x', 'trap'])).lines[0]).toBe(
      'common+mine (11)',
    );
    expect(await text(runtime, 'trapped')).toBeUndefined();
    await shell(runtime, ['leave faasm://exited x', 'exit 3']);
    expect(await text(runtime, 'exited')).toBe('x');
  });

  it('are removed and moved where they are the own ones, and directories are where files are', async () => {
    const runtime = await start();
    await uploadShell(runtime);
    await runtime.files.put('shared', 'common/file', encoder.encode('common'));
    const { lines } = await shell(runtime, [
      'write faasm://d/one 1',
      'mv faasm://d/one faasm://e/two',
      'ls faasm://d',
      'ls faasm://e',
      'rm faasm://e/two',
      'stat faasm://e',
      'rm faasm://e/two',
      'rm faasm://common/file',
      'mv faasm://common/file faasm://mine',
      'rmdir faasm://common',
      'mkdir faasm://common',
      'mkdir faasm://made',
      'stat faasm://made',
      'write faasm://made/file x',
      'rmdir faasm://made',
      'mv faasm://made/file /tmp/file',
      'mv /etc/hosts faasm://hosts',
      'mv faasm://made faasm://other',
      'ln faasm://made/file faasm://made/link',
      'symlink file faasm://made/link',
      'touch faasm://made/file',
      'stamp faasm://made/file',
      'write faasm://made x',
      'rmdir /faasm:',
      'mv /faasm: /tmp/x',
      'mkdir /tmp/dir',
      'mv /tmp/dir /faasm:',
      'write /faasm: x',
    ]);
    expect(lines).toEqual([
      'done',
      'done',
      `opendir failed: ${E.NOENT}`,
      'two',
      'done',
      `stat failed: ${E.NOENT}`,
      `unlink failed: ${E.NOENT}`,
      `unlink failed: ${E.PERM}`,
      `rename failed: ${E.PERM}`,
      `rmdir failed: ${E.NOTEMPTY}`,
      `mkdir failed: ${E.EXIST}`,
      'done',
      'directory',
      'done',
      `rmdir failed: ${E.NOTEMPTY}`,
      `rename failed: ${E.XDEV}`,
      `rename failed: ${E.XDEV}`,
      `rename failed: ${E.XDEV}`,
      `link failed: ${E.PERM}`,
      `symlink failed: ${E.PERM}`,
      'utimensat failed: 58',
      'futimens failed: 58',
      `open failed: ${E.ISDIR}`,
      'rmdir failed: 10',
      'rename failed: 10',
      'done',
      'rename failed: 10',
      `open failed: ${E.ISDIR}`,
    ]);
  });

  it('have directories that are listed as they are whenever they are opened', async () => {
    const runtime = await start();
    await uploadShell(runtime);
    const { lines } = await shell(runtime, [
      'ls faasm://',
      'mkdir /tmp/dir',
      'mv /tmp/dir /faasm:',
      'write faasm://one 1',
      'ls faasm://',
      'mv faasm://one faasm://two',
      'ls faasm://',
    ]);
    expect(lines).toEqual(['', 'done', 'rename failed: 10', 'done', 'one', 'done', 'two']);
  });

  it('are seen by all functions of the host at once, and by other hosts within the refresh time', async () => {
    const kept = await folder();
    const store = { kind: 'folder', folder: kept, refreshMs: 300 } as const;
    const [one, two] = [await start({ store }), await start({ store })];
    await uploadShell(one);
    for (const value of ['first', 'other']) {
      await one.files.put('demo', 'f', encoder.encode(value));
      expect((await shell(one, ['read faasm://f'])).lines).toEqual([`${value} (5)`]);
    }
    expect((await shell(two, ['read faasm://f', 'read faasm://g'])).lines).toEqual([
      'other (5)',
      `open failed: ${E.NOENT}`,
    ]);
    await shell(one, ['write faasm://f third', 'write faasm://g new']);
    await sleep(400);
    expect((await shell(two, ['read faasm://f', 'read faasm://g'])).lines).toEqual(['third (5)', 'new (3)']);
    await one.files.remove('demo', 'f');
    expect((await shell(one, ['read faasm://f'])).lines).toEqual([`open failed: ${E.NOENT}`]);
  });

  it('keep what a program has open, whatever becomes of the file meanwhile', async () => {
    const runtime = await start();
    await uploadShell(runtime);
    await runtime.files.put('demo', 'f', encoder.encode('before'));
    const rights = 2 | 4 | 32;
    const running = shell(runtime, [
      `open 3 faasm:/f 0 ${rights}`,
      'write faasm://opened x',
      'await faasm://changed',
      'fdread 4',
      'read faasm:/g',
    ]);
    while ((await text(runtime, 'opened')) === undefined) await sleep(5);
    await runtime.files.put('demo', 'f', encoder.encode('after!'));
    await runtime.files.put('demo', 'g', encoder.encode('new'));
    await runtime.files.put('demo', 'changed', new Uint8Array(0));
    expect((await running).lines).toEqual(['descriptor 4', 'done', 'there', 'before (6)', 'new (3)']);
    expect((await shell(runtime, ['read faasm://f'])).lines).toEqual(['after! (6)']);
  });

  it('of 100 MB are read without a copy for the call, by many at the same time', async () => {
    const runtime = await start();
    await uploadShell(runtime, { limits: { fileBytes: MIB } });
    const large = new Uint8Array(100_000_000);
    for (let at = 0; at < large.length; at += 4096) large[at] = at % 251;
    let sum = 0n;
    for (const [at, byte] of large.entries()) if (byte !== 0) sum += BigInt(byte) * BigInt(at + 1);
    await runtime.files.put('demo', 'large', large);
    const expected = `100000000 bytes, sum ${sum % 2n ** 32n}`;
    const before = runtime.info().budgets.memoryBytes.used;
    const runs = await Promise.all([1, 2, 3, 4].map(() => shell(runtime, ['sum faasm://large'])));
    for (const { lines, ending } of runs) expect([ending, ...lines]).toEqual(['success', expected]);
    const used = runtime.info().budgets.memoryBytes.used - before;
    expect(used).toBeGreaterThan(100_000_000);
    expect(used).toBeLessThan(150_000_000);
    const { lines } = await shell(runtime, ['append faasm://large x', 'read faasm://none']);
    expect(lines).toEqual([`write failed: ${E.NOSPC}`, `open failed: ${E.NOENT}`]);
  });

  it('have a bounded cache: what is used least goes, and what is too large is refused', async () => {
    const runtime = await start({ store: { kind: 'memory', fileCacheBytes: 3 * MIB } });
    await uploadShell(runtime);
    for (const name of ['a', 'b', 'c', 'd']) await runtime.files.put('demo', name, new Uint8Array(MIB));
    await runtime.files.put('demo', 'large', new Uint8Array(3 * MIB + 1));
    const before = runtime.info().budgets.memoryBytes.used;
    const sums = ['a', 'b', 'c', 'd', 'a'].map((name) => `sum faasm://${name}`);
    const { lines } = await shell(runtime, sums);
    expect(lines).toEqual(sums.map(() => `${MIB} bytes, sum 0`));
    expect(runtime.info().budgets.memoryBytes.used - before).toBeLessThanOrEqual(3 * MIB + 16 * MIB);
    // Open files make no room, and three quarters of it are the most for one user.
    const opens = ['a', 'b', 'c', 'd'].map((name) => `open 3 faasm:/${name} 0 6`);
    const run = await shell(runtime, [...opens, 'sum faasm://large', 'stat faasm://large']);
    expect(run.lines).toEqual([
      'descriptor 4',
      'descriptor 5',
      `failed: ${E.NOMEM}`,
      `failed: ${E.NOMEM}`,
      `open failed: ${E.NOMEM}`,
      'file of 3145729, dated',
    ]);
    expect(run.log).toMatch(/^faasm:\/\/c: HOST_OVERLOADED: .*FAASM_FILE_CACHE_BYTES/);
    expect((await shell(runtime, sums)).lines).toEqual(sums.map(() => `${MIB} bytes, sum 0`));
  });

  it('need a grant', async () => {
    const runtime = await start();
    await runtime.files.put('demo', 'f', encoder.encode('text'));
    await uploadShell(runtime, { grants: { files: 'none' }, limits: { logBytes: 3 } });
    const full = await shell(runtime, ['read faasm://f']);
    expect([full.ending, full.log]).toEqual(['GRANT_MISSING', expect.stringMatching(/^GRANT_MISSING: .*none/)]);
    await uploadShell(runtime, { grants: { files: 'read' } });
    expect((await shell(runtime, ['read faasm://f', 'ls faasm://'])).lines).toEqual(['text (4)', 'f']);
    for (const command of [
      'write faasm://f x',
      'append faasm://f x',
      'rm faasm://f',
      'mv faasm://f faasm://g',
      'create faasm://n x',
      'mkdir faasm://d',
    ]) {
      const { ending, log, lines } = await shell(runtime, [command]);
      expect([command, ending, lines]).toEqual([command, 'GRANT_MISSING', []]);
      expect(log).toMatch(/^GRANT_MISSING: The function may only read shared files: .*grants\.files = read/);
    }
    await uploadShell(runtime, { grants: { files: 'none' } });
    for (const command of ['read faasm://f', 'stat faasm://f', 'ls faasm://', 'write faasm://f x']) {
      expect(await shell(runtime, ['write /tmp/f private', command])).toMatchObject({
        ending: 'GRANT_MISSING',
        lines: ['done'],
        log: expect.stringMatching(/^GRANT_MISSING: The function may use no shared files/),
      });
    }
    expect(await text(runtime, 'f')).toBe('text');
  });

  it('fail with EIO and a line of log while the store is away', async () => {
    const kept = await folder();
    const runtime = await start({ store: { kind: 'folder', folder: kept, refreshMs: 50 } });
    await uploadShell(runtime);
    await runtime.files.put('demo', 'known', encoder.encode('known'));
    expect((await shell(runtime, ['read faasm://known'])).lines).toEqual(['known (5)']);
    // A file where the folder was.
    await rename(kept, `${kept}-moved`);
    folders.push(`${kept}-moved`);
    await writeFile(kept, '');
    await sleep(100);
    const run = await shell(runtime, ['read faasm://known', 'read faasm://new', 'write faasm://new x']);
    expect(run.lines).toEqual(['known (5)', `open failed: ${E.IO}`, `open failed: ${E.IO}`]);
    expect(run.log.split('\n')[0]).toMatch(/^faasm:\/\/new: STORE_UNAVAILABLE: /);
    expect(await shell(runtime, ['leave faasm://known x'])).toMatchObject({
      lines: ['left open'],
      ending: 'STORE_UNAVAILABLE',
    });
    expect((await shell(runtime, ['rm faasm://known'])).lines).toEqual([`unlink failed: ${E.IO}`]);
    await rm(kept);
    await rename(`${kept}-moved`, kept);
    folders.pop();
    expect((await shell(runtime, ['write faasm://new x', 'read faasm://new'])).lines).toEqual(['done', 'x (1)']);
  });

  it('are refused past what their user may store', async () => {
    const runtime = await start({ users: { fileBytes: MIB } });
    await uploadShell(runtime);
    const fill = `fill faasm://a ${MIB}`;
    expect((await shell(runtime, [fill, 'write faasm://b x', 'stat faasm://b', fill])).lines).toEqual([
      'done',
      `close failed: ${E.NOSPC}`,
      `stat failed: ${E.NOENT}`,
      'done',
    ]);
    await expect(runtime.files.put('demo', 'c', new Uint8Array(1))).rejects.toMatchObject({ code: 'STORE_FULL' });
  });

  it('are no larger than the largest upload', async () => {
    const runtime = await start({ maxBodyBytes: { file: 1000 } });
    await uploadShell(runtime);
    const run = await shell(runtime, ['fill faasm://a 1000', 'fill faasm://a 1001']);
    expect(run.lines).toEqual(['done', `close failed: ${E.NOSPC}`]);
    expect(run.log).toMatch(/^faasm:\/\/a: STORE_FULL: .*1001 bytes.*FAASM_MAX_FILE_BYTES/);
    expect((await runtime.files.stat('demo', 'a'))?.sizeBytes).toBe(1000);
  });

  it('give back what calls held that were ended', async () => {
    const runtime = await start({ store: { kind: 'memory', fileCacheBytes: 2 * MIB } });
    await uploadShell(runtime);
    for (const name of ['a', 'b']) await runtime.files.put('demo', name, new Uint8Array(2 * MIB));
    const open = 'open 3 faasm:/a 0 6';
    for (const commands of [[open, 'trap'], [open, 'exit 1'], [open], [open, 'sleep 1000000']]) {
      let run = await shell(runtime, commands, { timeoutMs: 200 });
      // Where it had no time to open it.
      if (run.lines.length === 0) run = await shell(runtime, commands, { timeoutMs: 20_000 });
      expect(run.lines[0]).toBe('descriptor 4');
      expect((await shell(runtime, ['sum faasm://b'])).lines).toEqual([`${2 * MIB} bytes, sum 0`]);
    }
  });

  it('count for their user while they are copied to be written back, or fail with ENOMEM', async () => {
    const runtime = await start({ users: { memoryBytes: 40 * PAGE } });
    await uploadShell(runtime);
    const fits = `fill faasm://f ${14 * PAGE}`;
    for (let round = 0; round < 3; round += 1) {
      const run = await shell(runtime, [fits, 'mv faasm://f faasm://g', fits, `fill faasm://h ${25 * PAGE}`, fits]);
      expect(run.lines).toEqual(['done', 'done', 'done', `close failed: ${E.NOMEM}`, 'done']);
      expect(run.log).toMatch(/^faasm:\/\/h: HOST_OVERLOADED: .*a copy of its 1638400 bytes/);
      const left = await shell(runtime, [`swell faasm://i ${25 * PAGE}`]);
      expect([left.ending, ...left.lines]).toEqual(['HOST_OVERLOADED', 'left open']);
    }
    expect([await runtime.files.stat('demo', 'h'), await runtime.files.stat('demo', 'i')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('count for their user with the names of directories that are open, or fail with ENOMEM', async () => {
    const runtime = await start({ users: { memoryBytes: 40 * PAGE } });
    await uploadShell(runtime);
    const name = (index: number): string => `d/${'x'.repeat(150)}${index}`;
    for (let index = 0; index < 3000; index += 1) await runtime.files.put('demo', name(index), new Uint8Array(0));
    const open = `open 3 faasm:/d 2 ${1 << 14}`;
    for (let round = 0; round < 3; round += 1) {
      const run = await shell(runtime, [open, open, open, `write faasm://new x`]);
      expect(run.lines).toEqual(['descriptor 4', 'descriptor 5', `failed: ${E.NOMEM}`, 'done']);
      expect(run.log).toMatch(/^faasm:\/\/d: HOST_OVERLOADED: .* bytes of names/);
    }
  });
});

describe('modules that open no files', () => {
  it('are not made to wait by functions that only others wait in', async () => {
    const runtime = await start();
    // Called from the start function, where a call cannot be suspended.
    const module = await wat(`(module
      (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
      (memory (export "memory") 1)
      (func $init (drop (call $close (i32.const 77))))
      (func (export "_start") (if (i32.ne (call $close (i32.const 77)) (i32.const 8)) (then unreachable)))
      (start $init))`);
    await runtime.upload({ user: 'demo', function: 'files' }, module);
    expect((await shell(runtime, [])).ending).toBe('success');
  });
});

describe('the result of a call', () => {
  it('says what its files came to beside its limits, and its log which of them refused something', async () => {
    const runtime = await start();
    await uploadShell(runtime, { limits: { fileBytes: 100_000, openFiles: 8, timeoutMs: 30_000, logBytes: 0 } });
    const quiet = await shell(runtime, ['stat /none'], { timeoutMs: 20_000 });
    expect(quiet.result).toMatchObject({
      peakFileBytes: 0,
      peakOpenFiles: 4,
      limits: { fileBytes: 100_000, openFiles: 8, timeoutMs: 20_000 },
    });
    expect(quiet.log).toBe('');
    const opens = Array.from({ length: 6 }, () => 'open 3 etc/hosts 0 2');
    const run = await shell(runtime, ['fill /a 90000', 'fill /b 20000', 'rm /a', 'fill /b 20000', ...opens]);
    expect(run.ending).toBe('success');
    // The program takes no notice of the write of which only a part fitted.
    expect(run.lines).toEqual([
      ...['done', 'done', 'done', 'done'],
      ...['descriptor 4', 'descriptor 5', 'descriptor 6', 'descriptor 7', 'failed: 33', 'failed: 33'],
    ]);
    expect(run.result).toMatchObject({ peakFileBytes: 100_000, peakOpenFiles: 8, limits: { timeoutMs: 30_000 } });
    expect(run.log.split('\n')).toEqual([
      "ENOSPC: the call's private files would have 110000 bytes, 100000 are allowed (limits.fileBytes): remove some, or raise " +
        'it (faasm configure --file-size).',
      'EMFILE: the call has 8 descriptors open, which is the most (limits.openFiles): close some, or raise it (faasm ' +
        'configure --open-files).',
      '',
    ]);
    // The next call in the same Faaslet begins anew.
    expect((await shell(runtime, ['write /a x'])).result).toMatchObject({ peakFileBytes: 1, peakOpenFiles: 5 });
  });
});
