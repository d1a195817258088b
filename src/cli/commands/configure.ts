import { ERROR_TABLE, type ErrorCode } from '../../core/errors.ts';
import type { FunctionDocument, FunctionSettings } from '../../core/function-document.ts';
import type { Limits } from '../../core/limits.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { fields, sizeText, timeText } from '../format.ts';
import { functionName } from '../names.ts';
import {
  choice,
  count,
  list,
  type OptionValues,
  operand,
  orDefault,
  size,
  time,
  type ValueKind,
  value,
} from '../option.ts';
import { functionPath } from './functions.ts';

const variable: ValueKind<readonly [name: string, value: string]> = {
  placeholder: 'NAME=value',
  parse(given) {
    const [name, ...value] = given.split('=');
    return name === undefined || name === '' || value.length === 0 ? undefined : [name, value.join('=')];
  },
  accepts: 'the form NAME=value',
};

const grant: ValueKind<readonly [what: string, right: string]> = {
  placeholder: 'state|files=none|read|write',
  parse(given) {
    const [, what, right] = /^(state|files)=(none|read|write)$/.exec(given) ?? [];
    return what === undefined || right === undefined ? undefined : [what, right];
  },
  accepts: 'state= or files= with none, read or write',
  completes: ['state=none', 'state=read', 'state=write', 'files=none', 'files=read', 'files=write'],
};

const whole = (name: string): ValueKind<number | null> => orDefault(count(name, 0, 1_000_000));

const OPTIONS = {
  memory: value(orDefault(size()), 'Heap of a call.'),
  timeout: value(orDefault(time('s')), 'Wall-clock time of a call.'),
  cpu: value(orDefault(time('s')), 'CPU time of a call.'),
  'output-size': value(orDefault(size()), 'Output of a call.'),
  'log-size': value(orDefault(size()), 'Log of a call.'),
  'file-size': value(orDefault(size()), 'Private files of a call.'),
  'open-files': value(whole('number'), 'Open files of a call.'),
  mappings: value(whole('number'), 'State regions a call maps at the same time.'),
  concurrency: value(whole('number'), 'Calls under way on a host.'),
  retries: value(whole('number'), 'Further tries of a call that failed for a reason worth another one, 0 to 10.'),
  'retry-backoff': value(orDefault(time('ms')), 'Wait before the first further try; doubles with each.'),
  'retry-on': list(
    {
      ...choice(...(Object.keys(ERROR_TABLE) as ErrorCode[])),
      placeholder: 'CODE',
      accepts: 'an error code such as TIMEOUT',
    },
    'Try again after this error; may be repeated. Default: the errors that are worth it.',
  ),
  env: list(variable, 'Set an environment variable; may be repeated.', 'e'),
  'unset-env': list({ placeholder: 'NAME', parse: (name) => name || undefined, accepts: 'a name' }, 'Remove one.'),
  grant: list(grant, 'What the function may do with state and shared files; may be repeated.'),
};

export const configure = defineCommand({
  name: 'configure',
  summary: 'change the settings of a function, or show them',
  details: [
    'A change makes a new version with the same code; `faasm rollback` takes it back. Without options the settings are',
    'shown. The value `default` gives a setting back to the host.',
  ],
  operands: { function: operand(functionName, 'one', 'The function.') },
  options: OPTIONS,
  examples: [
    { command: 'faasm configure demo/hello', does: 'shows the settings' },
    { command: 'faasm configure demo/hello --memory 256MiB --timeout 30s', does: 'limits' },
    { command: 'faasm configure demo/hello --env MODE=fast --unset-env DEBUG', does: 'environment variables' },
    { command: 'faasm configure demo/hello --retries 2 --grant state=read', does: 'tries and rights' },
    { command: 'faasm configure demo/hello --memory default', does: "back to the host's default" },
  ],
  async run(cli, { operands: { function: ref }, options }) {
    const patch = settingsPatch(options);
    const path = functionPath(ref);
    const document =
      Object.keys(patch).length === 0
        ? await cli.client.json<FunctionDocument>('GET', path)
        : await cli.client.json<FunctionDocument>('PATCH', path, { json: patch });
    if (cli.json) cli.printJson(document);
    else printSettings(cli, document);
    return EXIT.success;
  },
});

/** Limits and the options that set them. */
const LIMIT_NAMES = {
  memoryBytes: 'memory',
  timeoutMs: 'timeout',
  cpuMs: 'cpu',
  outputBytes: 'output-size',
  logBytes: 'log-size',
  fileBytes: 'file-size',
  openFiles: 'open-files',
  mappings: 'mappings',
  concurrency: 'concurrency',
} as const satisfies Record<keyof Limits, keyof typeof OPTIONS>;

/** The JSON merge patch that the options ask for; empty without options. */
export function settingsPatch(options: OptionValues<typeof OPTIONS>): Readonly<Record<string, unknown>> {
  const both = options.env.find(([name]) => options['unset-env'].includes(name));
  if (both !== undefined) {
    throw usageError(`${both[0]} is both set and removed.`, { hint: 'Use --env or --unset-env for each variable.' });
  }
  const limits = given(Object.fromEntries(Object.entries(LIMIT_NAMES).map(([limit, name]) => [limit, options[name]])));
  const retries = given({
    max: options.retries,
    backoffMs: options['retry-backoff'],
    on: options['retry-on'].length === 0 ? undefined : options['retry-on'],
  });
  const environment = Object.fromEntries([
    ...options.env,
    ...options['unset-env'].map((name) => [name, null] as const),
  ]);
  const parts = { limits, environment, retries, grants: Object.fromEntries(options.grant) };
  const patch = Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));
  // Tries are nothing without their number: no number, no tries.
  return options.retries === null ? { ...patch, retries: null } : patch;
}

function given(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, item]) => item !== undefined));
}

function printSettings(cli: Cli, document: FunctionDocument): void {
  const { settings } = document;
  cli.print(`${document.user}/${document.function} at version ${document.version}`);
  const lines = settingLines(settings);
  for (const line of fields(lines)) cli.print(`  ${line}`);
  if (lines.length === 0) cli.print("  the host's defaults");
}

function settingLines({ limits = {}, environment = {}, retries, grants }: FunctionSettings): [string, string][] {
  const lines = (Object.keys(LIMIT_NAMES) as (keyof Limits)[]).flatMap((name): [string, string][] => {
    const limit = limits[name];
    return limit === undefined ? [] : [[LIMIT_NAMES[name], limitText(name, limit)]];
  });
  if (retries !== undefined) {
    const { max, backoffMs, on } = retries;
    const wait = backoffMs === undefined ? '' : `, the first after ${timeText(backoffMs)}`;
    lines.push(['retries', `${max}${wait}${on === undefined ? '' : `, on ${on.join(', ')}`}`]);
  }
  for (const [what, right] of Object.entries(grants ?? {})) lines.push(['grant', `${what}=${right}`]);
  for (const [name, text] of Object.entries(environment)) lines.push([`env ${name}`, text]);
  return lines;
}

function limitText(name: string, limit: number): string {
  if (name.endsWith('Bytes')) return sizeText(limit);
  return name.endsWith('Ms') ? timeText(limit) : String(limit);
}
