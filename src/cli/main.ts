import { CliError } from './cli-error.ts';
import { createClient, DEFAULT_HOST } from './client.ts';
import { COMMANDS } from './commands.ts';
import type { Cli, Context, Style } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';
import { findCommand, parseCommand } from './parse.ts';
import { printError } from './print-error.ts';

const STYLES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/**
 * Runs one command line (without `node` and the script) and answers its exit code. Prints every error that a user can
 * cause; rejects only for defects of the command line itself.
 */
export async function main(args: readonly string[], context: Context): Promise<ExitCode> {
  // Known before parsing, because errors of parsing are printed in the same form.
  const json = (args.includes('--') ? args.slice(0, args.indexOf('--')) : args).includes('--json');
  try {
    return await run(args, context, json);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    printError(createCli(context, { json }), error);
    return error.exit;
  }
}

async function run(args: readonly string[], context: Context, json: boolean): Promise<ExitCode> {
  const found = findCommand(withCommand(args), COMMANDS);
  if (found === undefined) {
    const shown = COMMANDS.filter((command) => !command.hidden);
    const cli = createCli(context, { json });
    const text = overview(shown, cli);
    if (json) cli.printJson({ help: text });
    else cli.stdout.write(text);
    return EXIT.success;
  }
  const { global, ...input } = parseCommand(found.command, found.args);
  const cli = createCli(context, global);
  if (!global.help) return found.command.run(cli, input);
  if (cli.json) cli.printJson({ help: commandHelp(found.command, cli) });
  else cli.stdout.write(commandHelp(found.command, cli));
  return EXIT.success;
}

/** `args` with a command in front where options say which: `--version`, and `--help` alone or with a command's first word. */
function withCommand(args: readonly string[]): readonly string[] {
  const [first = '', second = ''] = args;
  if (['--version', '-V'].includes(first)) return ['version', ...args.slice(1)];
  if (HELP.includes(first)) return ['help', ...args.slice(1)];
  const isGroup = COMMANDS.some(({ name }) => name.startsWith(`${first} `));
  return isGroup && HELP.includes(second) ? ['help', first, ...args.slice(2)] : args;
}

const HELP = ['-h', '--help'];

interface Choices {
  readonly json: boolean;
  readonly host?: string | undefined;
  readonly token?: string | undefined;
}

/** What commands are given, for a context and the options of all commands. */
export function createCli(context: Context, { json, host, token }: Choices): Cli {
  const { stdout, stderr, env, fetch } = context;
  const secret = token ?? env['FAASM_TOKEN'];
  const colours = stdout.isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    ...context,
    json,
    client: createClient({
      host: host ?? (env['FAASM_HOST'] || DEFAULT_HOST),
      fetch,
      ...(secret === undefined || secret === '' ? {} : { token: secret.trim() }),
    }),
    print: (line) => stdout.write(`${line}\n`),
    printJson: (value) => stdout.write(`${JSON.stringify(value)}\n`),
    note: (line) => stderr.write(`${line}\n`),
    paint: (style, text) => (colours ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text),
  };
}
