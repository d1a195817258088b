import { readFile } from 'node:fs/promises';
import { LAMBDA_TOKEN } from './lambda-platform.ts';
import { eventOf, type HttpAnswer, responseOf } from './lambda-requests.ts';
import type { EventOptions, LambdaAnswer } from './lambda-runtime-api.ts';
import type { LambdaSandbox } from './lambda-sandbox.ts';

/** Sends an event as JSON. */
export function sendEvent(sandbox: LambdaSandbox, event: unknown, options: EventOptions = {}): Promise<LambdaAnswer> {
  return sandbox.api.invoke(JSON.stringify(event), options);
}

/** Sends an event and reads what it is answered, or the error of the handler. */
export async function askLambda(sandbox: LambdaSandbox, event: unknown, options: EventOptions = {}): Promise<unknown> {
  return JSON.parse((await sendEvent(sandbox, event, options)).payload.toString());
}

/** Sends a request through a function URL that is answered in one piece, with an administrator's token. */
export async function fetchLambda(sandbox: LambdaSandbox, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${LAMBDA_TOKEN}`, ...(init.headers as Record<string, string>) };
  const event = await eventOf('function-url', new Request(`https://faasm.test${path}`, { ...init, headers }));
  return responseOf((await askLambda(sandbox, event)) as HttpAnswer);
}

/** Uploads samples of func/ of the user demo, which `npm test` has built. */
export async function uploadToLambda(sandbox: LambdaSandbox, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await uploadModule(sandbox, name, await readFile(new URL(`../../build/func/demo/${name}.wasm`, import.meta.url)));
  }
}

/** Uploads a module as demo/`name`. */
export async function uploadModule(sandbox: LambdaSandbox, name: string, wasm: Uint8Array): Promise<void> {
  const response = await fetchLambda(sandbox, `/f/demo/${name}`, { method: 'PUT', body: wasm.slice() });
  if (!response.ok) throw new Error(`Upload of ${name}: ${response.status} ${await response.text()}`);
}
