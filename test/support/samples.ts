import { readFile } from 'node:fs/promises';
import type { ServerProcess } from './server-process.ts';

/** An answer of the server with its body read as text. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Uploads samples of func/, which `npm test` has built. */
export async function uploadSamples(server: ServerProcess, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const wasm = await readFile(new URL(`../../build/func/demo/${name}.wasm`, import.meta.url));
    const response = await fetch(`${server.upload}/f/demo/${name}`, { method: 'PUT', body: wasm });
    if (!response.ok) throw new Error(`Upload of ${name}: ${response.status} ${await response.text()}`);
  }
}

/** Posts `json` to the invoke port. */
export async function post(server: ServerProcess, json: unknown, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(server.invoke, { method: 'POST', body: JSON.stringify(json), ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** How many calls of a sample of the user `demo` run. */
export async function runningCalls(server: ServerProcess, name: string): Promise<number> {
  const answer = await fetch(`${server.invoke}/v1/calls?user=demo&function=${name}&state=running&limit=1000`);
  return ((await answer.json()) as { readonly calls: readonly unknown[] }).calls.length;
}

/** Calls a sample of the user `demo`. */
export function call(server: ServerProcess, name: string, input = '', more: object = {}): Promise<Answer> {
  return post(server, { user: 'demo', function: name, input_data: input, ...more });
}
