import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Server, startServer } from '../harness/server.ts';
import { wat } from '../harness/wat.ts';
import { extismModule, RIVALS_DIR } from './rivals.ts';

const PROCESS = fileURLToPath(new URL('extism-process.ts', import.meta.url));

/** Writes "Hello Faasm!" into a block of Extism's and makes it the output. */
const PLUGIN = `(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
  (import "extism:host/env" "store_u8" (func $byte (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (export "memory") 1) (data (i32.const 16) "Hello Faasm!")
  (func (export "hello") (result i32) (local $at i64)
    (local.set $at (call $alloc (i64.const 12)))
    (call $store (local.get $at) (i64.load (i32.const 16)))
    (call $byte (i64.add (local.get $at) (i64.const 8)) (i32.load8_u (i32.const 24)))
    (call $byte (i64.add (local.get $at) (i64.const 9)) (i32.load8_u (i32.const 25)))
    (call $byte (i64.add (local.get $at) (i64.const 10)) (i32.load8_u (i32.const 26)))
    (call $byte (i64.add (local.get $at) (i64.const 11)) (i32.load8_u (i32.const 27)))
    (call $output (local.get $at) (i64.const 12))
    (i32.const 0)))`;

/** Starts the Extism server on a free port. */
export async function startExtism(): Promise<Server & { readonly port: number }> {
  const folder = join(RIVALS_DIR, 'extism-hello');
  await mkdir(folder, { recursive: true });
  const plugin = join(folder, 'hello.wasm');
  await writeFile(plugin, await wat(PLUGIN));
  const args = [PROCESS, extismModule(), plugin];
  const server = await startServer({ command: process.execPath, args, ready: /listening (\d+)/ });
  return { ...server, port: Number(server.match[1]) };
}
