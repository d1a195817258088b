import { parseArgs } from 'node:util';
import { usageError } from './cli-error.ts';
import { type Command, GLOBAL_OPTIONS, type Parsed } from './command.ts';
import type { Operand, Operands, Option, Options, OptionValues } from './option.ts';
import { closest } from './suggest.ts';

/** The command that a command line names, and what is left for it. */
export interface Found {
  readonly command: Command;
  /** Options of all commands that stood before the name, and what follows it. */
  readonly args: readonly string[];
}

/** The values of {@link GLOBAL_OPTIONS}. */
export type GlobalValues = OptionValues<typeof GLOBAL_OPTIONS>;

/**
 * Finds the command of `args`; undefined when they name none at all. Throws a usage error for one that does not exist,
 * with the one that may be meant.
 */
export function findCommand(args: readonly string[], commands: readonly Command[]): Found | undefined {
  const start = firstWord(args);
  const [first, second] = args.slice(start);
  if (first === undefined) return undefined;
  for (const [name, words] of [
    [`${first} ${second}`, 2],
    [first, 1],
  ] as const) {
    const command = commands.find((candidate) => candidate.name === name);
    if (command !== undefined) return { command, args: [...args.slice(0, start), ...args.slice(start + words)] };
  }
  throw unknownCommand(first, second, commands);
}

/** Index of the first word that is no option of all commands. */
function firstWord(args: readonly string[]): number {
  let index = 0;
  while (args[index]?.startsWith('-')) {
    const name = args[index]?.slice(2) ?? '';
    const takesValue = Object.entries(GLOBAL_OPTIONS).some(([known, { type }]) => known === name && type === 'value');
    index += takesValue ? 2 : 1;
  }
  return index;
}

function unknownCommand(first: string, second: string | undefined, commands: readonly Command[]): Error {
  const shown = commands.filter((command) => !command.hidden).map((command) => command.name);
  const verbs = shown.filter((name) => name.startsWith(`${first} `));
  if (verbs.length > 0) {
    const typed = second?.startsWith('-') ? undefined : second;
    const meant = typed === undefined ? undefined : closest(`${first} ${typed}`, verbs);
    const what = typed === undefined ? `"${first}" needs a verb.` : `There is no command "${first} ${typed}".`;
    return usageError(what + (meant === undefined ? '' : ` Did you mean "${meant}"?`), {
      hint: `Use one of: ${verbs.join(', ')}.`,
      example: `faasm ${meant ?? verbs[0]} --help`,
    });
  }
  const meant = closest(first, new Set(shown.flatMap((name) => [name, name.split(' ')[0] ?? name])));
  return usageError(`There is no command "${first}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`, {
    hint: 'faasm help lists the commands.',
    example: meant === undefined ? 'faasm help' : `faasm ${meant} --help`,
  });
}

/** Parses what follows a command's name. Throws a usage error that names what is wrong. */
export function parseCommand(
  command: Command,
  args: readonly string[],
): Parsed<Options, Operands> & { readonly global: GlobalValues } {
  const known: Options = { ...GLOBAL_OPTIONS, ...command.options };
  const { tokens } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(known).map(([name, { type, short }]) => [
        name,
        { type: type === 'flag' ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) } as const,
      ]),
    ),
  });
  const fail = (message: string): Error =>
    usageError(message, {
      hint: `faasm ${command.name} --help shows how it is used.`,
      ...(command.examples[0] === undefined ? {} : { example: command.examples[0].command }),
    });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  const rest: string[] = [];
  let terminated = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') terminated = true;
    else if (token.kind === 'positional') (terminated && command.rest !== undefined ? rest : words).push(token.value);
    else {
      const option = known[token.name];
      if (option === undefined) throw fail(unknownOption(token.rawName, known));
      given.set(token.name, [...(given.get(token.name) ?? []), optionText(token, option, fail)]);
    }
  }
  const options = (of: Options): Record<string, unknown> =>
    Object.fromEntries(Object.entries(of).map(([name, option]) => [name, optionValue(name, option, given, fail)]));
  const global = options(GLOBAL_OPTIONS) as GlobalValues;
  // Help is shown whatever else is wrong.
  const operands = global.help ? {} : operandValues(command.operands, words, fail);
  return { global, options: options(command.options) as OptionValues<Options>, operands, rest };
}

type Fail = (message: string) => Error;

function unknownOption(rawName: string, known: Options): string {
  const names = Object.keys(known).map((name) => `--${name}`);
  const meant = closest(rawName, names);
  return `There is no option ${rawName}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function optionText(token: OptionToken, option: Option, fail: Fail): string {
  const { rawName, value, inlineValue } = token;
  if (option.type === 'flag') {
    if (value !== undefined) throw fail(`${rawName} takes no value.`);
    return '';
  }
  if (value === undefined) throw fail(`${rawName} needs a value: ${rawName} <${option.placeholder}>.`);
  // Most likely the value was forgotten, and this is the next option.
  if (inlineValue !== true && value.startsWith('-') && value.length > 1) {
    throw fail(`${rawName} needs a value. If ${value} is the value, write ${rawName}=${value}.`);
  }
  return value;
}

function optionValue(name: string, option: Option, given: ReadonlyMap<string, string[]>, fail: Fail): unknown {
  const texts = given.get(name) ?? [];
  if (option.type === 'flag') return texts.length > 0;
  const values = texts.map((text) => parseValue(option, text, `--${name}`, fail));
  if (option.type === 'list') return values;
  if (values.length > 1) throw fail(`--${name} is given ${values.length} times: give it once.`);
  return values[0];
}

function operandValues(operands: Operands, words: readonly string[], fail: Fail): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  let next = 0;
  for (const [name, operand] of Object.entries(operands)) {
    const texts = words.slice(next, operand.arity === 'many' ? undefined : next + 1);
    if (texts.length === 0 && operand.arity !== 'optional') {
      throw fail(`<${operand.placeholder}> is missing: ${lowerFirst(operand.meaning)}`);
    }
    const parsed = texts.map((text) => parseValue(operand, text, `<${operand.placeholder}>`, fail));
    values[name] = operand.arity === 'many' ? parsed : parsed[0];
    next += texts.length;
  }
  const extra = words[next];
  if (extra !== undefined) throw fail(`${JSON.stringify(extra)} is one argument too many.`);
  return values;
}

function parseValue(
  kind: Pick<Operand<unknown>, 'accepts' | 'parse'>,
  text: string,
  what: string,
  fail: Fail,
): unknown {
  const value = kind.parse(text);
  if (value === undefined) throw fail(`${what} is ${JSON.stringify(text)}: use ${kind.accepts}.`);
  return value;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
