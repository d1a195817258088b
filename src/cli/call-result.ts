import { isUtf8 } from 'node:buffer';
import { unreachable } from './client.ts';
import type { Cli } from './context.ts';
import { saveBody } from './save.ts';

/** What the headers of a call's answer say about it. */
export interface CallHeaders {
  readonly call: number;
  /** What is known only when the call has ended is missing in an answer that began before. */
  readonly version?: string;
  readonly start?: string;
  readonly layer?: string;
  /** Spans in ms by name. */
  readonly times?: Readonly<Record<string, number>>;
}

/** Reads the headers of a call's answer. */
export function callResult({ headers }: Response): CallHeaders {
  const words = (['version', 'start', 'layer'] as const).flatMap((name) => {
    const word = headers.get(`x-faasm-${name}`);
    return word === null ? [] : [[name, word] as const];
  });
  const times = headers.get('x-faasm-times');
  return {
    call: Number(headers.get('x-faasm-call')),
    ...Object.fromEntries(words),
    ...(times === null ? {} : { times: spans(times) }),
  };
}

/** Spans of `queued=0.1, run=0.3`. */
function spans(text: string): Readonly<Record<string, number>> {
  const parts = text.split(',').map((part) => part.trim().split('='));
  return Object.fromEntries(parts.map(([name = '', ms]) => [name, Number(ms)]));
}

/**
 * Prints the output of a call, or writes it to `file`. As JSON it is a text where it is UTF-8, else base64, and `details`,
 * asked for when all of it has come, are added.
 */
export async function printResult(
  cli: Cli,
  result: CallHeaders,
  response: Response,
  file?: string,
  details: () => Promise<object> = async () => ({}),
): Promise<void> {
  if (!cli.json) {
    await saveBody(cli, response, file);
    return;
  }
  if (file !== undefined) {
    const outputBytes = await saveBody(cli, response, file);
    cli.printJson({ ...result, outputBytes, outputFile: file, ...(await details()) });
    return;
  }
  const bytes = await response.arrayBuffer().catch((error: unknown) => {
    throw unreachable(cli.client.host, error);
  });
  const output = Buffer.from(bytes);
  cli.printJson({
    ...result,
    outputBytes: output.length,
    ...(isUtf8(output) ? { output: output.toString() } : { outputBase64: output.toString('base64') }),
    ...(await details()),
  });
}

/** Prints what a call wrote to its log, on the standard error stream; nothing when that is not known any more. */
export async function printCallLog(cli: Cli, call: number): Promise<void> {
  const response = await cli.client.request('GET', `/v1/calls/${call}/log`).catch(() => undefined);
  const log = await response?.text().catch(() => '');
  if (log === undefined || log === '') return;
  cli.stderr.write(log.endsWith('\n') ? log : `${log}\n`);
}
