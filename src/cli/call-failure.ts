import type { FunctionRef } from '../core/names.ts';
import type { CallRecord } from './call-record.ts';
import { printCallLog } from './call-result.ts';
import { CliError } from './cli-error.ts';
import { pathOf } from './client.ts';
import type { Cli } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { hintFor } from './hints.ts';
import { closest } from './suggest.ts';

/**
 * The error to throw for `error`, which ended a call of `name`: with the function that may be meant, if there is none of
 * this name; with the log of a call that failed, which is printed, or in JSON becomes a part of the error.
 */
export async function callFailure(cli: Cli, error: unknown, name: FunctionRef): Promise<unknown> {
  if (!(error instanceof CliError)) return error;
  if (error.code === 'FUNCTION_NOT_FOUND') return withSuggestion(cli, error, name);
  const call = error.advice.fields?.['call'];
  return typeof call === 'number' ? withLog(cli, error, call) : error;
}

/** The error to throw for a stream of output that was cut: why the call failed, if it did. */
export async function streamFailure(cli: Cli, error: unknown, call: number): Promise<unknown> {
  if (!(error instanceof CliError) || error.exit !== EXIT.unreachable) return error;
  const record = await cli.client.json<CallRecord>('GET', `/v1/calls/${call}`).catch(() => undefined);
  if (record?.error === undefined) return error;
  const { code, message } = record.error;
  return withLog(cli, new CliError(code, EXIT.failed, message, { ...hintFor(code), fields: { call } }), call);
}

async function withSuggestion(cli: Cli, error: CliError, name: FunctionRef): Promise<CliError> {
  const answer = await cli.client
    .json<{ functions: readonly FunctionRef[] }>('GET', `/v1/functions${pathOf(name.user)}`)
    .catch(() => ({ functions: [] }));
  const names = answer.functions.map((ref) => ref.function);
  const meant = closest(name.function, names);
  if (meant === undefined) return error;
  const shown = `${name.user}/${meant}`;
  return new CliError(error.code, error.exit, `${error.message} Did you mean ${shown}?`, {
    ...error.advice,
    example: `faasm invoke ${shown}`,
  });
}

async function withLog(cli: Cli, error: CliError, call: number): Promise<CliError> {
  if (!cli.json) {
    await printCallLog(cli, call);
    return error;
  }
  const log = await cli.client.request('GET', `/v1/calls/${call}/log`).then(
    (response) => response.text(),
    () => undefined,
  );
  const { code, exit, message, advice } = error;
  return log === undefined
    ? error
    : new CliError(code, exit, message, { ...advice, fields: { ...advice.fields, log } });
}
