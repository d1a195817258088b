import { type Command, type Example, GLOBAL_OPTIONS } from './command.ts';
import type { Cli } from './context.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';
import { wrap } from './format.ts';
import type { Operand, Option, Options } from './option.ts';

/** What help needs of the command line it is printed by. */
type Page = Pick<Cli, 'paint' | 'stdout'>;

const COLUMNS_MAX = 100;
const GAP = 2;
/** A name longer than this has its meaning below it. */
const NAME_MAX = 28;

/** Environment variables of the command line itself. */
const VARIABLES: readonly (readonly [string, string])[] = [
  ['FAASM_HOST', 'The host to speak to. Default: http://127.0.0.1:8080.'],
  ['FAASM_TOKEN', 'Token to send.'],
  ['NO_COLOR', 'Set to anything: no colours.'],
];

/** How one begins. */
const START: readonly Example[] = [
  { command: 'faasm up', does: 'a host on this machine' },
  { command: 'faasm upload demo/hello hello.c', does: 'builds a function and uploads it, from another terminal' },
  { command: 'faasm invoke demo/hello', does: 'calls it' },
];

/** The commands with their summaries; what `faasm help` prints. */
export function overview(commands: readonly Command[], page: Page): string {
  const exits = EXIT_MEANINGS.map(([code, meaning]) => [String(code), `${meaning}.`] as const);
  return joined([
    [`${page.paint('bold', 'faasm')}: stateful functions on WebAssembly`],
    section(
      page,
      'Commands',
      commands.map(({ name, summary }) => [name, summary]),
    ),
    section(page, 'Options of all commands', optionRows(GLOBAL_OPTIONS)),
    section(page, 'Environment', VARIABLES),
    section(page, 'Exit codes', exits),
    exampleLines(page, 'Start', START),
    ['faasm help <command> explains a command.'],
  ]);
}

/** Everything about one command; what `--help` prints. */
export function commandHelp(command: Command, page: Page): string {
  const { details = [], operands, options, examples } = command;
  const operandRows = Object.values(operands).map((operand) => [usageOperand(operand), operand.meaning] as const);
  return joined([
    [`${page.paint('bold', `faasm ${command.name}`)}: ${command.summary}`],
    [`${page.paint('bold', 'Usage')}  ${usage(command)}`],
    details.length === 0 ? [] : wrap(details.join(' '), columnsOf(page)),
    section(page, 'Arguments', operandRows),
    section(page, 'Options', optionRows(options)),
    section(page, 'Options of all commands', optionRows(GLOBAL_OPTIONS)),
    exampleLines(page, 'Examples', examples),
  ]);
}

/** `faasm invoke <user/function> [options]`. */
export function usage({ name, operands, options, rest }: Command): string {
  const words = ['faasm', name, ...Object.values(operands).map(usageOperand)];
  if (Object.keys(options).length > 0) words.push('[options]');
  if (rest !== undefined) words.push(`[-- ${rest}]`);
  return words.join(' ');
}

/** docs/cli.md: all commands, their options and examples. */
export function reference(commands: readonly Command[]): string {
  const parts = [
    '# Command line',
    'Written by `npx faasm help --markdown > docs/cli.md` from the table of commands in `src/cli`; a test compares them.',
    'In a clone of the project `npx faasm` runs it. Functions are written `user/function`, such as `demo/hello`, versions `user/function@version`.',
    codeBlock(START.map(exampleText)),
    '## For all commands',
    markdownTable(['option', 'meaning'], optionRows(GLOBAL_OPTIONS)),
    markdownTable(['variable', 'meaning'], VARIABLES),
    markdownTable(
      ['exit code', 'meaning'],
      EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]),
    ),
    'Results go to the standard output, everything else to the standard error stream. With `--json` an error is a document, too: `{"error":{"code","message",…}}`.',
    ...commands.map(commandReference),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandReference(command: Command): string {
  const { name, summary, details = [], operands, options, examples } = command;
  const rows = [
    ...Object.values(operands).map((operand) => [usageOperand(operand), operand.meaning] as const),
    ...optionRows(options),
  ];
  return [
    `## faasm ${name}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    codeBlock([usage(command)]),
    ...(details.length === 0 ? [] : [details.join(' ')]),
    ...(rows.length === 0 ? [] : [markdownTable(['argument or option', 'meaning'], rows)]),
    codeBlock(examples.map(exampleText)),
  ].join('\n\n');
}

function codeBlock(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n');
}

function markdownTable(titles: readonly string[], rows: readonly (readonly [string, string])[]): string {
  const escaped = (text: string): string => text.replaceAll('|', '\\|');
  const lines = rows.map(([name, meaning]) => `| \`${escaped(name)}\` | ${escaped(meaning)} |`);
  return [`| ${titles.join(' | ')} |`, '|---|---|', ...lines].join('\n');
}

function usageOperand({ placeholder, arity }: Operand<unknown>): string {
  const name = placeholder === '-' ? '-' : `<${placeholder}>`;
  if (arity === 'one') return name;
  return arity === 'many' ? `${name}...` : `[${name}]`;
}

function optionRows(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, option]) => [optionName(name, option), option.meaning]);
}

function optionName(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${name}${option.type === 'flag' ? '' : ` <${option.placeholder}>`}`;
}

function section(page: Page, title: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return [];
  const longest = Math.max(...rows.map(([name]) => name.length).filter((length) => length <= NAME_MAX), 0);
  const indent = ' '.repeat(GAP + longest + GAP);
  const lines = rows.flatMap(([name, meaning]) => {
    const [first = '', ...more] = wrap(meaning, Math.max(20, columnsOf(page) - indent.length));
    const head = ' '.repeat(GAP) + name.padEnd(longest);
    const below = more.map((line) => indent + line);
    return name.length > longest ? [head, indent + first, ...below] : [`${head}${' '.repeat(GAP)}${first}`, ...below];
  });
  return [page.paint('bold', title), ...lines];
}

function exampleLines(page: Page, title: string, examples: readonly Example[]): string[] {
  const lines = examples.flatMap(({ command, does }) => [page.paint('dim', `  # ${does}`), `  ${command}`]);
  return lines.length === 0 ? [] : [page.paint('bold', title), ...lines];
}

function exampleText({ command, does }: Example): string {
  return `# ${does}\n${command}`;
}

function joined(blocks: readonly (readonly string[])[]): string {
  const shown = blocks.filter((block) => block.length > 0);
  return `${shown.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function columnsOf(page: Page): number {
  return Math.min(page.stdout.columns, COLUMNS_MAX);
}
