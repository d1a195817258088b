import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSample } from '../harness/samples.ts';
import { type Server, startServer } from '../harness/server.ts';
import { wat } from '../harness/wat.ts';
import { RIVALS_DIR, workerdBinary } from './rivals.ts';

/**
 * The same work as ours: the request's JSON names the function, which is the very module that we run, in an instance of
 * its own for every request, with as much of WASI as it uses.
 */
const SAME_WORK = `import hello from 'hello.wasm';
const functions = new Map([['demo/hello', hello]]);
const decoder = new TextDecoder();
const ignored = () => 0;
export default {
  async fetch(request) {
    const asked = await request.json();
    const module = functions.get(asked.user + '/' + asked.function);
    if (module === undefined) return new Response('no such function', { status: 404 });
    let memory;
    let output = '';
    const fd_write = (fd, vectors, count, written) => {
      const view = new DataView(memory.buffer);
      let total = 0;
      for (let at = vectors; at < vectors + 8 * count; at += 8) {
        const length = view.getUint32(at + 4, true);
        output += decoder.decode(new Uint8Array(memory.buffer, view.getUint32(at, true), length));
        total += length;
      }
      view.setUint32(written, total, true);
      return 0;
    };
    const wasi = { fd_write, fd_close: ignored, fd_seek: ignored, fd_fdstat_get: ignored, proc_exit: ignored };
    const { exports } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi });
    memory = exports.memory;
    exports._start();
    return new Response(output);
  },
};
`;

/** One page of memory, a function that says where the text is: the least that an answer from a function needs. */
const LEAST_MODULE = `(module (memory (export "memory") 1) (data (i32.const 16) "Hello Faasm!")
  (func (export "run") (result i32) (i32.const 16)))`;

/** The least that can be called an instance for each request: nobody looks at what was asked. */
const LEAST_WORK = `import module from 'hello.wasm';
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

/** Starts workerd on `port`: with the work that we do, or with the least work there is. */
export async function startWorkerd(port: number, work: 'least' | 'same'): Promise<Server & { readonly port: number }> {
  const folder = join(RIVALS_DIR, `workerd-${work}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'worker.js'), work === 'same' ? SAME_WORK : LEAST_WORK);
  await writeFile(join(folder, 'hello.wasm'), work === 'same' ? await readSample('hello') : await wat(LEAST_MODULE));
  await writeFile(join(folder, 'config.capnp'), config(port));
  const args = ['serve', join(folder, 'config.capnp'), '--control-fd=1'];
  const server = await startServer({ command: workerdBinary(), args, ready: /"event":\s*"listen"/ });
  return { ...server, port };
}
