import { fileBody, stdinBody } from '../body.ts';
import { callFailure, streamFailure } from '../call-failure.ts';
import { type CallRecord, callDetails } from '../call-record.ts';
import { callResult, printCallLog, printResult } from '../call-result.ts';
import { type CliError, usageError } from '../cli-error.ts';
import { pathOf, type RequestOptions } from '../client.ts';
import { defineCommand } from '../command.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { version, versionedName } from '../names.ts';
import { choice, file, flag, operand, text, time, value } from '../option.ts';

export const invoke = defineCommand({
  name: 'invoke',
  summary: 'call a function',
  details: [
    "The function's output goes to the standard output, byte for byte. When it fails, its log and the error go to the",
    'standard error stream and the exit code is 1. Ctrl-C cancels the call.',
  ],
  operands: {
    function: operand(versionedName, 'one', 'The function, perhaps with a version.'),
    stdin: operand(
      { ...choice('-'), placeholder: '-', accepts: '- for the standard input, or --input' },
      'optional',
      'Take the input from the standard input.',
    ),
  },
  options: {
    input: value(text('text'), 'The input of the call.', 'i'),
    'input-file': value(file(), 'A file that is the input of the call.'),
    'content-type': value(text('type'), 'Content type of the input, which the function can ask for.'),
    cmdline: value(text('words'), 'Arguments of main, separated by blanks.'),
    version: value(version, 'Call this version instead of the current one.'),
    timeout: value(time('s'), "Lower the function's time limit for this call."),
    async: flag('Print the id of the call and do not wait for it.'),
    wait: value(time('ms'), 'Wait so long, then print the id of the call and end with 5 if it is still under way.'),
    stream: flag('Print output as it comes, not when the call has succeeded.'),
    show: flag(
      "Print the call's times, start kind and log, too (standard error stream; with --json: its record and log).",
    ),
    'output-file': value(file(), 'Write the output here.', 'o'),
    'idempotency-key': value(text('key'), 'Calls with the same key run once.'),
  },
  examples: [
    { command: 'faasm invoke demo/hello', does: 'a call without input' },
    { command: "faasm invoke demo/echo --input 'Hello API'", does: 'with input' },
    { command: 'sort names.txt | faasm invoke demo/echo - > out.txt', does: 'in a pipe' },
    { command: 'id=$(faasm invoke demo/echo --input later --async)', does: 'does not wait; faasm result $id --wait' },
    { command: 'faasm invoke demo/hello --show', does: 'how long it took, and where' },
  ],
  async run(cli, { operands: { function: name, stdin }, options }) {
    const inputs = [stdin, options.input, options['input-file']].filter((given) => given !== undefined);
    if (inputs.length > 1) throw contradiction('-, --input and --input-file', 'Give the input in one way.');
    const waits = [options.async, options.wait !== undefined, options.stream].filter(Boolean);
    if (waits.length > 1) throw contradiction('--async, --wait and --stream', 'Choose one of them.');
    if (name.version !== undefined && options.version !== undefined) {
      throw contradiction('@version and --version', 'Name the version once.');
    }
    const { body, headers = {} } = await inputBody(cli, stdin, options);
    const path = `/v1/invoke${pathOf(name.user, name.function)}`;
    const request: RequestOptions = {
      query: {
        version: options.version ?? name.version,
        async: options.async,
        wait: options.wait,
        stream: options.stream,
        timeout: options.timeout,
        cmdline: options.cmdline,
      },
      headers: {
        ...headers,
        'content-type': options['content-type'] ?? 'application/octet-stream',
        ...(options['idempotency-key'] === undefined ? {} : { 'idempotency-key': options['idempotency-key'] }),
      },
      body: body ?? '',
    };
    const response = await cli.client.request('POST', path, request).catch(async (error: unknown) => {
      throw await callFailure(cli, error, name);
    });
    if (response.status === ACCEPTED) return underWay(cli, (await response.json()) as CallRecord, options.async);
    const result = callResult(response);
    const details = options.show && cli.json ? () => callAndLog(cli, result.call) : undefined;
    await printResult(cli, result, response, options['output-file'], details).catch(async (error: unknown) => {
      throw await streamFailure(cli, error, result.call);
    });
    if (options.show && !cli.json) await showCall(cli, result.call);
    return EXIT.success;
  },
});

const ACCEPTED = 202;

function contradiction(what: string, hint: string): CliError {
  return usageError(`${what} exclude each other.`, { hint, example: "faasm invoke demo/echo --input 'Hello API'" });
}

async function inputBody(
  cli: Cli,
  stdin: string | undefined,
  options: { readonly input: string | undefined; readonly 'input-file': string | undefined },
): Promise<Pick<RequestOptions, 'body' | 'headers'>> {
  const path = options['input-file'];
  if (stdin !== undefined) return stdinBody(cli);
  if (path !== undefined) return fileBody(cli, path);
  return options.input === undefined ? {} : { body: options.input };
}

async function showCall(cli: Cli, id: number): Promise<void> {
  await printCallLog(cli, id);
  const call = await cli.client.json<CallRecord>('GET', `/v1/calls/${id}`);
  for (const line of callDetails(cli, call)) cli.note(line);
}

/** What `--show` adds to JSON. */
async function callAndLog(cli: Cli, id: number): Promise<object> {
  const record = await cli.client.json<CallRecord>('GET', `/v1/calls/${id}`);
  const log = await (await cli.client.request('GET', `/v1/calls/${id}/log`)).text();
  return { record, log };
}

function underWay(cli: Cli, call: CallRecord, asked: boolean): typeof EXIT.success | typeof EXIT.pending {
  if (cli.json) cli.printJson(call);
  else cli.print(String(call.id));
  if (asked) return EXIT.success;
  cli.note(`The call is still under way: faasm result ${call.id} --wait`);
  return EXIT.pending;
}
