import { execFile, spawn } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type InstalledPackage, installPackage } from '../support/installed-package.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const HELLO_C = `#include <faasm/faasm.h>
#include <stdint.h>
int main(void) { faasmSetOutput((const uint8_t*)"installed", 9); return 0; }
`;
const HELLO_TS = `import { setOutputText } from "faasm";
export function _asMain(): i32 { setOutputText("script"); return 0; }
`;

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPackage();
  await writeFile(join(installed.folder, 'hello.c'), HELLO_C);
  await writeFile(join(installed.folder, 'script.ts'), HELLO_TS);
}, 300_000);
afterAll(() => installed.remove());

/** Runs a program in the folder of the project that has the package. */
async function program(command: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
  const { stdout } = await run(command, args, { cwd: installed.folder, env });
  return stdout;
}

/** Runs `faasm` of the package. */
const faasm = (...args: string[]): Promise<string> =>
  program(process.execPath, join(installed.folder, 'node_modules/.bin/faasm'), ...args);

/** Runs a module of the project. */
async function script(name: string, text: string, ...flags: string[]): Promise<string> {
  await writeFile(join(installed.folder, name), text);
  return await program(process.execPath, ...flags, name);
}

describe('the published package', () => {
  it('holds JavaScript and declarations and what they use, nothing else', () => {
    const folders = new Set(installed.files.map((path) => path.split('/').slice(0, 2).join('/')));
    expect([...folders].sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin/faasm.js',
      'bin/launcher.js',
      'bin/serverless-plugin.cjs',
      'dist/adapters',
      'dist/bin',
      'dist/guest',
      'dist/native',
      'dist/package.json',
      'dist/scripts',
      'dist/serverless.yml',
      'dist/src',
      'package.json',
    ]);
    const sources = installed.files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
    expect(sources.filter((path) => !path.startsWith('dist/guest/'))).toEqual([]);
    expect(installed.files).toContain(`dist/native/prebuilt/linux-${process.arch}/faasm.node`);
    expect(installed.sizeBytes).toBeLessThan(2_000_000);
  });

  it('compiles functions, with its own headers and libraries', async () => {
    const built = async (...args: string[]) => JSON.parse(await faasm('build', '--json', ...args)).compiler.name;
    expect(await built('hello.c', '--compiler', 'bundled')).toBe('yowasp clang');
    expect(await built('script.ts')).toBe('asc');
  });

  it('runs inside a program that imports it', async () => {
    const said = await script(
      'embed.mjs',
      `import { readFile } from 'node:fs/promises';
       import { createRuntime } from 'faasm';
       const runtime = await createRuntime({ threads: 1 });
       const admin = { user: '*', kind: 'admin' };
       for (const name of ['hello', 'script']) {
         await runtime.upload({ user: 'demo', function: name }, await readFile(name + '.wasm'));
         const { output, layer } = await runtime.invoke({
           principal: admin, user: 'demo', function: name, input: new Uint8Array(),
         });
         console.log(layer, Buffer.from(await output.bytes()).toString());
       }
       await runtime.close({ graceMs: 0 });`,
    );
    expect(said).toBe('native installed\nnative script\n');
  });

  it('has types that a program is checked with', async () => {
    await writeFile(
      join(installed.folder, 'typed.mts'),
      `import { createRuntime, type Runtime } from 'faasm';
       export const runtime: Runtime = await createRuntime({ threads: 1 });
       // @ts-expect-error: were the types missing, this would be no error, and that one.
       await createRuntime({ threads: 'many' });`,
    );
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
    expect(await program(process.execPath, tsc, ...flags, 'typed.mts').catch((error) => error.stdout)).toBe('');
  });

  it('starts on an older Node with the one of its packages', async () => {
    await writeFile(
      join(installed.folder, 'older.mjs'),
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.0' } });`,
    );
    const shown = await program(
      process.execPath,
      '--import',
      './older.mjs',
      join(installed.folder, 'node_modules/.bin/faasm'),
      'version',
      '--json',
    );
    expect(Number.parseInt(JSON.parse(shown).node, 10)).toBeGreaterThanOrEqual(24);
  });

  it('makes its own package for AWS Lambda, by itself and for serverless', async () => {
    const made = JSON.parse(await faasm('package', 'aws-lambda', '--json', '-o', 'out'));
    expect(made.native).toContain(process.arch);
    expect(await faasm('deploy', 'aws-lambda').catch((error) => error.stderr)).toMatch(/serverless\.yml.*read it/s);
    const osls = join(installed.folder, 'node_modules/osls/bin/serverless.js');
    expect(await program(process.execPath, osls, 'package').catch(String)).toBe('');
    const packages = ['out/faasm.zip', 'build/aws-lambda/faasm.zip'].map((name) => join(installed.folder, name));
    const [own, serverless] = await Promise.all(packages.map((file) => readFile(file)));
    expect(serverless?.equals(own as Buffer)).toBe(true);
  });

  describe('as a host', () => {
    /** Starts `faasm up`, hands its address to `work`, and stops it; answers what it printed. */
    async function up(work: (url: string, layer: string) => Promise<void>): Promise<string> {
      const flags = ['--json', '--port', '0', '--upload-port', '0', '--threads', '1', '--store', 'memory'];
      const host = spawn(process.execPath, [join(installed.folder, 'node_modules/.bin/faasm'), 'up', ...flags], {
        cwd: installed.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      const closed = new Promise<void>((done) => host.once('close', () => done()));
      try {
        const { invoke, layer } = await new Promise<{ invoke: string; layer: string }>((done, reject) => {
          for (const stream of [host.stdout, host.stderr]) {
            stream.on('data', (chunk) => {
              said += String(chunk);
              const ready = /^\{"ready".*\}$/m.exec(said);
              if (ready !== null) done(JSON.parse(ready[0]));
            });
          }
          void closed.then(() => reject(new Error(`The host ended:\n${said}`)));
        });
        await work(invoke, layer);
      } finally {
        host.kill('SIGKILL');
        await closed;
      }
      return said;
    }

    it('serves uploads and calls with the native layer it brings', async () => {
      const said = await up(async (url, layer) => {
        expect(layer).toBe('native');
        await faasm('upload', 'demo/hello', 'hello.wasm', '--host', url);
        expect(await faasm('invoke', 'demo/hello', '--host', url)).toBe('installed');
      });
      expect(said).not.toContain('native layer: built');
    });

    it('compiles the native layer where it brings none', async () => {
      await rm(join(installed.package, 'dist/native/prebuilt'), { recursive: true });
      const said = await up(async (_, layer) => expect(layer).toBe('native'));
      expect(said).toContain('native layer: built');
      expect(await readdir(join(installed.package, 'dist/build/native'))).toEqual(['faasm.node']);
    });
  });
});

describe('the project', () => {
  it('can be imported without a build', async () => {
    const program = `const { createRuntime } = await import('faasm'); console.log(typeof createRuntime);`;
    const { stdout } = await run(process.execPath, ['--conditions=faasm-source', '--eval', program], { cwd: ROOT });
    expect(stdout).toBe('function\n');
  });
});
