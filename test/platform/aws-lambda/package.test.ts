import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageForLambda } from '../../../adapters/aws-lambda/package.ts';
import { type UnpackedPackage, unpackedLambdaPackage } from '../../support/lambda-package.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

const BUILT = resolve(import.meta.dirname, '../../../build/func');
const MIB = 1024 * 1024;
const run = promisify(execFile);

let unpacked: UnpackedPackage;

beforeAll(async () => {
  unpacked = await unpackedLambdaPackage(BUILT);
});
afterAll(() => unpacked?.remove());

/** Names and times of everything in a folder. */
async function inventory(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const lines = entries.map(async (name) => `${name} ${(await stat(join(folder, name))).mtimeMs}`);
  return (await Promise.all(lines)).sort();
}

/** What is loaded with the module `name` of the bundle, before anything is needed that is imported later. */
async function loadedAtOnce(name: string, loaded = new Map<string, string>()): Promise<Map<string, string>> {
  if (loaded.has(name)) return loaded;
  const text = await readFile(join(unpacked.code.root, name), 'utf8');
  loaded.set(name, text);
  for (const [, imported = ''] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) await loadedAtOnce(imported, loaded);
  return loaded;
}

describe('the package for Lambda', () => {
  it('holds the bundle, the native layer and the functions, and nothing else', async () => {
    const names = await readdir(unpacked.code.root);
    const kinds = new Set(names.map((name) => name.replace(/^.*\.(mjs|LEGAL\.txt)$/, '*.$1')));
    expect([...kinds].sort()).toEqual(['*.LEGAL.txt', '*.mjs', 'functions', 'native', 'scripts']);
    expect(names).toEqual(expect.arrayContaining(['handler.mjs', 'thread.mjs']));
    expect(unpacked.made.functions).toEqual(expect.arrayContaining(['demo/hello', 'demo/echo']));
    expect((await readdir(join(unpacked.code.root, 'native'))).sort()).toEqual(
      unpacked.made.native.map((arch) => `linux-${arch}`).sort(),
    );
  });

  it('has at most 6 MB, functions included', async () => {
    expect(unpacked.made.sizeBytes).toBe((await stat(unpacked.made.file)).size);
    expect(unpacked.made.sizeBytes).toBeLessThan(6 * MIB);
  });

  it('has the native layer for this architecture, and says so of each it has none for', () => {
    const { native, warnings } = unpacked.made;
    expect(native).toContain(process.arch);
    expect(native.length + warnings.length).toBe(2);
    for (const warning of warnings) expect(warning).toMatch(/Without the native layer.*(x64|arm64).*apt-get install/);
  });

  it('asks for no newer glibc than Lambda has', async () => {
    for (const arch of unpacked.made.native) {
      const binary = await readFile(join(unpacked.code.root, `native/linux-${arch}/faasm.node`), 'latin1');
      const minors = [...binary.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
      expect(Math.max(...minors)).toBeGreaterThan(0);
      expect(Math.max(...minors)).toBeLessThanOrEqual(34);
    }
  });

  it('loads neither the S3 client nor tracing before they are needed', async () => {
    const atOnce = await loadedAtOnce('handler.mjs');
    const all = await Promise.all(
      (await readdir(unpacked.code.root))
        .filter((name) => name.endsWith('.mjs'))
        .map(async (name) => ({ name, text: await readFile(join(unpacked.code.root, name), 'utf8') })),
    );
    const holding = (word: string) => all.filter(({ text }) => text.includes(word)).map(({ name }) => name);
    for (const word of ['GetObjectCommand', 'BatchSpanProcessor']) {
      expect(holding(word).length).toBeGreaterThan(0);
      expect(holding(word).filter((name) => atOnce.has(name))).toEqual([]);
    }
    const bytes = [...atOnce.values()].reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeLessThan(512 * 1024);
  });

  it('is the same bytes when nothing has changed', async () => {
    const folders = [temporaryFolder(), temporaryFolder()];
    const made = await Promise.all(folders.map((outDir) => packageForLambda({ outDir })));
    const [first, second] = await Promise.all(made.map(({ file }) => readFile(file)));
    expect(second?.equals(first as Buffer)).toBe(true);
    expect((await readdir(join(folders[0] as string, 'source-maps'))).length).toBeGreaterThan(1);
  });

  it('refuses a folder without functions and functions that no host would take', async () => {
    const folder = temporaryFolder();
    const make = () => packageForLambda({ outDir: folder, functionsDir: folder });
    await expect(make()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const functions = temporaryFolder();
    await writeFile(join(functions, 'no-user.wasm'), '');
    await expect(packageForLambda({ outDir: folder, functionsDir: functions })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('answers events on plain Node with the native layer, and writes nothing into itself', async () => {
    const { root } = unpacked.code;
    const before = await inventory(root);
    const program = `
      globalThis.awslambda = { streamifyResponse: (handler) => handler };
      const { handler } = await import(${JSON.stringify(join(root, 'handler.mjs'))});
      const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 20_000 };
      const message = { user: 'demo', function: 'echo', input_data: 'packaged' };
      console.log(JSON.stringify(await handler(message, context)));
      process.exit();`;
    const folder = temporaryFolder();
    await writeFile(join(folder, 'invoke.mjs'), program);
    const { stdout } = await run(process.execPath, ['invoke.mjs'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], LAMBDA_TASK_ROOT: root, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769' },
    });
    const lines = stdout.trim().split('\n');
    expect(lines.find((line) => line.includes('"ready"'))).toContain('"layer":"native"');
    expect(lines.at(-1)).toContain('packaged');
    expect(await inventory(root)).toEqual(before);
  });
});
