import { setTimeout } from 'node:timers/promises';
import type { FunctionRef } from '../../core/names.ts';
import { callFailure } from '../call-failure.ts';
import { type CallRecord, callDetails, callLine, hasEnded } from '../call-record.ts';
import { callResult, printResult } from '../call-result.ts';
import { pathOf } from '../client.ts';
import { type Command, defineCommand } from '../command.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { callId, functionName } from '../names.ts';
import { count, file, flag, operand, type ValueKind, value } from '../option.ts';

/** How long one request waits for a call; proxies cut longer ones. */
const WAIT_MS = 30_000;

const status = defineCommand({
  name: 'status',
  summary: 'show what became of a call',
  details: ['Exit code 1 when the call failed.'],
  operands: { call: operand(callId, 'one', 'The call.') },
  options: { wait: flag('Wait until the call has ended.', 'w') },
  examples: [
    { command: 'faasm status 123456', does: 'state, times, memory' },
    { command: 'faasm status 123456 --wait && echo done', does: 'in a script' },
  ],
  async run(cli, { operands: { call: id }, options }) {
    const call = await callRecord(cli, id, options.wait);
    if (cli.json) cli.printJson(call);
    else for (const line of callDetails(cli, call)) cli.print(line);
    return call.state === 'failed' ? EXIT.failed : EXIT.success;
  },
});

const result = defineCommand({
  name: 'result',
  summary: 'print the output of a call that was made with --async',
  details: [
    'The output can be had any number of times until it expires. When the call failed this ends as the call itself',
    'would have: with its error and exit code 1.',
  ],
  operands: { call: operand(callId, 'one', 'The call.') },
  options: {
    wait: flag('Wait until the call has ended.', 'w'),
    'output-file': value(file(), 'Write the output here.', 'o'),
  },
  examples: [{ command: 'faasm result 123456 --wait', does: 'waits, then prints the output' }],
  async run(cli, { operands: { call: id }, options }) {
    const query = options.wait ? { wait: WAIT_MS } : {};
    let response = await cli.client.request('GET', `/v1/calls/${id}/result`, { query });
    while (response.status === 202) {
      const call = (await response.json()) as CallRecord;
      if (!options.wait) {
        if (cli.json) cli.printJson(call);
        cli.note(`The call is still ${call.state}: add --wait to wait for it.`);
        return EXIT.pending;
      }
      response = await cli.client.request('GET', `/v1/calls/${id}/result`, { query });
    }
    await printResult(cli, callResult(response), response, options['output-file']);
    return EXIT.success;
  },
});

const cancel = defineCommand({
  name: 'cancel',
  summary: 'end a call',
  operands: { call: operand(callId, 'one', 'The call.') },
  options: {},
  examples: [{ command: 'faasm cancel 123456', does: 'the call ends with CANCELLED' }],
  async run(cli, { operands: { call: id } }) {
    const answer = await cli.client.json<{ cancelled: boolean }>('DELETE', `/v1/calls/${id}`);
    if (cli.json) cli.printJson(answer);
    else cli.print(answer.cancelled ? `Call ${id} is cancelled` : `Call ${id} had ended already`);
    return EXIT.success;
  },
});

/** A call id, or a function whose calls are meant. */
const callOrFunction: ValueKind<number | FunctionRef> = {
  placeholder: 'user/function|call id',
  parse: (text) => callId.parse(text) ?? functionName.parse(text),
  accepts: 'a function such as demo/hello, or the id of a call',
  completes: 'function',
};

const logs = defineCommand({
  name: 'logs',
  summary: 'show what calls wrote to their logs',
  details: [
    'The log of a call is what the function writes to its standard error stream. Of a function the last calls are',
    'shown, oldest first, each with a line about the call; of one call its log alone.',
  ],
  operands: { of: operand(callOrFunction, 'one', 'A function, or one call.') },
  options: {
    limit: value(count('number', 1, 1000), 'How many calls of the function. Default: 20.', 'n'),
    follow: flag('Go on with calls that end from now on, until Ctrl-C.', 'f'),
  },
  examples: [
    { command: 'faasm logs demo/hello', does: 'the last 20 calls' },
    { command: 'faasm logs demo/hello --follow', does: 'and those to come' },
    { command: 'faasm logs 123456', does: 'one call' },
  ],
  async run(cli, { operands: { of }, options: { limit = 20, follow } }) {
    if (typeof of === 'number') {
      const log = await callLog(cli, of);
      if (cli.json) cli.printJson({ id: of, log });
      else cli.stdout.write(log);
      return EXIT.success;
    }
    let seen: ReadonlySet<number> | undefined;
    // Whoever mistypes a name is told, not left waiting.
    await checkFunction(cli, of);
    do {
      if (seen !== undefined) await setTimeout(FOLLOW_MS);
      const calls = await lastCalls(cli, of, follow ? FOLLOW_CALLS : limit);
      const shown = follow ? calls.filter(hasEnded) : calls;
      const news = seen === undefined ? shown.slice(-limit) : shown.filter(({ id }) => seen?.has(id) === false);
      for (const call of news) await printLog(cli, call);
      if (seen === undefined && news.length === 0)
        cli.note(`No calls of ${of.user}/${of.function} are known here now.`);
      seen = new Set(shown.map(({ id }) => id));
    } while (follow);
    return EXIT.success;
  },
});

const FOLLOW_MS = 500;
const FOLLOW_CALLS = 1000;

/** Throws `FUNCTION_NOT_FOUND`, with the function that may be meant. Calls of one that was removed are shown still. */
async function checkFunction(cli: Cli, ref: FunctionRef): Promise<void> {
  if ((await lastCalls(cli, ref, 1)).length > 0) return;
  await cli.client.request('GET', `/v1/functions${pathOf(ref.user, ref.function)}`).catch(async (error: unknown) => {
    throw await callFailure(cli, error, ref);
  });
}

/** The newest calls of a function, oldest first. */
async function lastCalls(cli: Cli, ref: FunctionRef, limit: number): Promise<readonly CallRecord[]> {
  const query = { user: ref.user, function: ref.function, limit };
  const { calls } = await cli.client.json<{ calls: readonly CallRecord[] }>('GET', '/v1/calls', { query });
  return calls.toReversed();
}

async function printLog(cli: Cli, call: CallRecord): Promise<void> {
  const log = (call.logBytes ?? 0) === 0 ? '' : await callLog(cli, call.id);
  if (cli.json) {
    cli.printJson({ ...call, log });
    return;
  }
  cli.print(callLine(cli, call));
  if (log !== '') cli.stdout.write(log.endsWith('\n') ? log : `${log}\n`);
}

async function callLog(cli: Cli, id: number): Promise<string> {
  return (await cli.client.request('GET', `/v1/calls/${id}/log`)).text();
}

/** The record of a call; with `wait` once it has ended. */
async function callRecord(cli: Cli, id: number, wait: boolean): Promise<CallRecord> {
  const query = wait ? { wait: WAIT_MS } : {};
  let call = await cli.client.json<CallRecord>('GET', `/v1/calls/${id}`, { query });
  while (wait && !hasEnded(call)) call = await cli.client.json<CallRecord>('GET', `/v1/calls/${id}`, { query });
  return call;
}

/** Commands about calls that have been made. */
export const callCommands: readonly Command[] = [status, result, cancel, logs];
