import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Server, startServer } from '../harness/server.ts';
import { wat } from '../harness/wat.ts';
import { RIVALS_DIR, workerdBinary } from './rivals.ts';

/** One page of memory, a function that says where the text is: the least that an answer from a function needs. */
const MODULE = `(module (memory (export "memory") 1) (data (i32.const 16) "Hello Faasm!")
  (func (export "run") (result i32) (i32.const 16)))`;

/** A worker whose every request gets an instance of its own. Nobody looks at the request's body. */
const WORKER = `import module from 'hello.wasm';
const decoder = new TextDecoder();
export default {
  async fetch(request) {
    const { memory, run } = new WebAssembly.Instance(module).exports;
    return new Response(decoder.decode(new Uint8Array(memory.buffer, run(), 12)));
  },
};
`;

const config = (port: number): string => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "hello.wasm", wasm = embed "hello.wasm")],
  compatibilityDate = "2025-01-01",
);
`;

/** Starts workerd on `port`. */
export async function startWorkerd(port: number): Promise<Server & { readonly port: number }> {
  const folder = join(RIVALS_DIR, 'workerd-hello');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'worker.js'), WORKER);
  await writeFile(join(folder, 'hello.wasm'), await wat(MODULE));
  await writeFile(join(folder, 'config.capnp'), config(port));
  const args = ['serve', join(folder, 'config.capnp'), '--control-fd=1'];
  const server = await startServer({ command: workerdBinary(), args, ready: /"event":\s*"listen"/ });
  return { ...server, port };
}
