import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeSettings, loadConfig, type SettingRow } from '../../config.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import type { Cli, Environment, HostAddresses } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural } from '../format.ts';
import { text, type ValueOption, value } from '../option.ts';

/** Settings that have a shorter flag than their variable says. */
const SHORT_FLAGS: Readonly<Record<string, string>> = { FAASM_INVOKE_PORT: 'port', FAASM_BIND_HOST: 'bind' };

/** Flags of `up` and the settings they stand for. What is secret is none: others see the arguments of a process (ps). */
const FLAGS: ReadonlyMap<string, SettingRow> = new Map(
  describeSettings()
    .filter(({ secret }) => !secret)
    .map((row) => [
      SHORT_FLAGS[row.env] ??
        row.env
          .replace(/^FAASM_/, '')
          .toLowerCase()
          .replaceAll('_', '-'),
      row,
    ]),
);

export const up = defineCommand({
  name: 'up',
  summary: 'start a host on this machine',
  details: [
    'Serves in this process until Ctrl-C; nothing else is needed. Each flag is a setting of docs/settings.md and wins over its',
    'environment variable. The native memory layer is built first if it is missing and there is a C compiler.',
  ],
  operands: {},
  options: Object.fromEntries([...FLAGS].map(([name, row]) => [name, settingOption(row)])),
  examples: [
    { command: 'faasm up', does: 'ports 8080 and 8002, functions and state in .faasm' },
    { command: 'faasm up --port 9000 --upload-port 9000', does: 'everything on one port' },
    { command: 'faasm up --store memory --threads 4', does: 'keeps nothing' },
  ],
  async run(cli, { options }) {
    const environment: Record<string, string | undefined> = { ...cli.env };
    for (const [name, { env }] of FLAGS) environment[env] = options[name] ?? environment[env];
    checkSettings(environment);
    const announce = (host: HostAddresses): string =>
      cli.json ? JSON.stringify({ ready: true, ...host }) : readyText(cli, host);
    await cli.localHost.up(environment, announce);
    return EXIT.success;
  },
});

function settingOption({ env, meaning, default: standard, unit }: SettingRow): ValueOption<string> {
  const shown = standard === '' ? '' : ` Default: ${standard}${unit === 'ms' ? ' ms' : ''}.`;
  const placeholder = unit === 'bytes' ? 'size' : unit || 'value';
  return value(text(placeholder), `${meaning}${shown} (${env})`);
}

/** Throws a usage error with what is wrong about the settings. */
function checkSettings(environment: Environment): void {
  try {
    loadConfig(environment);
  } catch (error) {
    throw usageError((error as Error).message, {
      hint: 'faasm up --help lists the settings, faasm config shows the values they have.',
      example: 'faasm up --port 8080',
    });
  }
}

/** In a clone of the project there is a first function to try. */
const SAMPLE = 'func/c/demo/hello.c';

/** What people read when the host is ready. */
function readyText(cli: Cli, { invoke, upload, layer, layerReason, threads, needsToken }: HostAddresses): string {
  const why = layerReason === undefined ? '' : ` (${layerReason})`;
  const sample = existsSync(join(cli.cwd, SAMPLE)) ? SAMPLE : 'hello.c';
  return [
    '',
    'Faasm is ready',
    `  listens on         ${invoke}`,
    ...(upload === invoke ? [] : [`  also on            ${upload}`]),
    `  memory layer       ${layer}${why}, ${plural(threads, 'thread')}`,
    '',
    'Try in another terminal',
    ...(invoke.endsWith('//127.0.0.1:8080') ? [] : [`  export FAASM_HOST=${invoke}`]),
    ...(needsToken ? ["  export FAASM_TOKEN=<the administrator's token>"] : []),
    `  faasm upload demo/hello ${sample}`,
    '  faasm invoke demo/hello',
    '',
  ].join('\n');
}
