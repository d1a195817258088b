import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { commandHelp, overview, reference } from '../help.ts';
import { flag, operand, type ValueKind } from '../option.ts';
import { findCommand } from '../parse.ts';

const word: ValueKind<string> = { placeholder: 'command', parse: (given) => given, accepts: 'a command' };

/** The `help` command; `all` is asked when it runs, because it is a part of it. */
export function helpCommand(all: () => readonly Command[]): Command {
  return defineCommand({
    name: 'help',
    summary: 'explain a command, or list all',
    operands: {
      command: operand(word, 'optional', 'The command.'),
      verb: operand({ ...word, placeholder: 'verb' }, 'optional', 'Its second word.'),
    },
    options: { markdown: flag('All commands as a page in Markdown (docs/cli.md).') },
    examples: [
      { command: 'faasm help invoke', does: 'the same as faasm invoke --help' },
      { command: 'faasm help state put', does: 'a command of two words' },
    ],
    async run(cli, { operands: { command, verb }, options: { markdown } }) {
      const commands = all().filter((candidate) => !candidate.hidden);
      const group = verb === undefined ? commands.filter(({ name }) => name.startsWith(`${command} `)) : [];
      let text: string;
      if (markdown) text = reference(commands);
      else if (command === undefined) text = overview(commands, cli);
      else if (group.length > 0) text = overview(group, cli);
      else {
        const found = findCommand(
          [command, verb].filter((part) => part !== undefined),
          commands,
        );
        text = found === undefined ? overview(commands, cli) : commandHelp(found.command, cli);
      }
      if (cli.json) cli.printJson({ help: text });
      else cli.stdout.write(text);
      return EXIT.success;
    },
  });
}
