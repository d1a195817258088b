import { describe, expect, it } from '@jest/globals';
import type { CliError } from '../../../src/cli/cli-error.ts';
import { type Command, defineCommand } from '../../../src/cli/command.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { count, file, flag, list, operand, text, value } from '../../../src/cli/option.ts';
import { findCommand, parseCommand } from '../../../src/cli/parse.ts';

const run = async (): Promise<typeof EXIT.success> => EXIT.success;
const copy = defineCommand({
  name: 'copy',
  summary: '',
  operands: { to: operand(text('to'), 'one', 'Where to.'), from: operand(file(), 'many', 'What to copy.') },
  options: {
    force: flag('', 'f'),
    times: value(count('number', 1, 9), '', 'n'),
    tag: list(text('tag'), ''),
  },
  rest: 'flags',
  examples: [{ command: 'faasm copy a b', does: '' }],
  run,
});
const show = defineCommand({
  name: 'show',
  summary: '',
  operands: { what: operand(text('what'), 'optional', 'What.') },
  options: {},
  examples: [],
  run,
});
const stateGet: Command = { ...show, name: 'state get' };
const commands = [copy, show, stateGet];

function failure(act: () => unknown): CliError {
  try {
    act();
  } catch (error) {
    return error as CliError;
  }
  throw new Error('nothing was thrown');
}

describe('findCommand', () => {
  it('finds one word and two words, behind options of all commands', () => {
    expect(findCommand(['copy', 'a'], commands)).toEqual({ command: copy, args: ['a'] });
    expect(findCommand(['state', 'get', 'k'], commands)).toEqual({ command: stateGet, args: ['k'] });
    expect(findCommand(['--host', 'copy', '--json', 'show', 'x'], commands)).toEqual({
      command: show,
      args: ['--host', 'copy', '--json', 'x'],
    });
    expect(findCommand(['--json'], commands)).toBeUndefined();
  });

  it.each([
    [['cpoy'], 'There is no command "cpoy". Did you mean "copy"?'],
    [['state'], '"state" needs a verb.'],
    [['state', '--json'], '"state" needs a verb.'],
    [['state', 'gte'], 'There is no command "state gte". Did you mean "state get"?'],
    [['entirely-different'], 'There is no command "entirely-different".'],
  ])('refuses %j', (args, message) => {
    const error = failure(() => findCommand(args, commands));
    expect(error).toMatchObject({ code: 'USAGE', exit: EXIT.usage, message });
  });
});

describe('parseCommand', () => {
  const parse = (...args: string[]) => parseCommand(copy, args);

  it('reads options in any order and form', () => {
    const { options, operands, rest } = parse(
      'a',
      '-f',
      'b',
      '--times=3',
      'c',
      '--tag',
      'x',
      '--tag=-y',
      '--',
      '-O3',
      'd',
    );
    expect(options).toEqual({ force: true, times: 3, tag: ['x', '-y'] });
    expect(operands).toEqual({ to: 'a', from: ['b', 'c'] });
    expect(rest).toEqual(['-O3', 'd']);
  });

  it('leaves out what is not given', () => {
    expect(parse('a', 'b').options).toEqual({ force: false, times: undefined, tag: [] });
    expect(parseCommand(show, []).operands).toEqual({ what: undefined });
  });

  it('takes what follows -- as operands where a command has no rest', () => {
    expect(parseCommand(show, ['--', '-x']).operands).toEqual({ what: '-x' });
  });

  it('needs no operands for help', () => expect(parse('--help').global.help).toBe(true));

  it.each([
    [['a'], '<file> is missing: what to copy.'],
    [['a', 'b', '--tims', '3'], 'There is no option --tims. Did you mean --times?'],
    [['a', 'b', '--times'], '--times needs a value: --times <number>.'],
    [['a', 'b', '--times', '--force'], '--times needs a value. If --force is the value, write --times=--force.'],
    [['a', 'b', '--times', 'x'], '--times is "x": use a whole number from 1 to 9.'],
    [['a', 'b', '-n', '1', '-n', '2'], '--times is given 2 times: give it once.'],
    [['a', 'b', '--force=yes'], '--force takes no value.'],
  ])('refuses %j', (args, message) => {
    const error = failure(() => parse(...args));
    expect(error).toMatchObject({ code: 'USAGE', exit: EXIT.usage, message, advice: { example: 'faasm copy a b' } });
  });

  it('refuses an argument too many', () => {
    expect(failure(() => parseCommand(show, ['a', 'b'])).message).toBe('"b" is one argument too many.');
  });
});
