import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sampleFile } from '../harness/samples.ts';
import { type Server, startServer } from '../harness/server.ts';

/** The command, and what it prints when it is ready. */
export const FAASM = resolve(import.meta.dirname, '../../bin/faasm.js');
export const READY = /"invoke":"(http[^"]+)","upload":"(http[^"]+)"/;

/** Our own server as a process, with sample functions uploaded. */
export interface FaasmServer extends Server {
  readonly port: number;
  readonly uploadUrl: string;
}

/** Starts the standalone server on free ports with its default settings, and uploads `samples` of the user demo. */
export async function startFaasm(
  samples: readonly string[],
  options: { readonly execArgv?: readonly string[]; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<FaasmServer> {
  const server = await startServer({
    command: process.execPath,
    args: [...(options.execArgv ?? []), FAASM, 'up', '--json'],
    environment: {
      FAASM_INVOKE_PORT: '0',
      FAASM_UPLOAD_PORT: '0',
      FAASM_STORE: 'memory',
      FAASM_LOG_LEVEL: 'warn',
      ...options.environment,
    },
    ready: READY,
  });
  const [, invokeUrl = '', uploadUrl = ''] = server.match;
  for (const name of samples) {
    const body = await readFile(sampleFile(name));
    const response = await fetch(`${uploadUrl}/f/demo/${name}`, { method: 'PUT', body });
    if (!response.ok) throw new Error(`Upload of ${name}: ${response.status} ${await response.text()}`);
  }
  return { ...server, port: Number(new URL(invokeUrl).port), uploadUrl };
}
