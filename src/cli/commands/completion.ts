import type { FunctionRef } from '../../core/names.ts';
import { type Command, defineCommand } from '../command.ts';
import { completionScript } from '../completion.ts';
import { EXIT } from '../exit-codes.ts';
import { choice, operand } from '../option.ts';

/** A shell waits for the answer with every press of the key. */
const LOOKUP_MS = 500;

/** The commands for completion; `all` is asked when they run, because they are a part of it. */
export function completionCommands(all: () => readonly Command[]): readonly Command[] {
  return [
    defineCommand({
      name: 'completion',
      summary: 'print a script that completes command lines',
      details: ['Completes commands, options, files, and functions of the host if it answers at once.'],
      operands: { shell: operand({ ...choice('bash', 'zsh'), placeholder: 'bash|zsh' }, 'one', 'The shell.') },
      options: {},
      examples: [
        { command: 'source <(faasm completion bash)', does: 'in this shell; in ~/.bashrc: in all' },
        { command: 'faasm completion zsh > ~/.zfunc/_faasm', does: 'a folder of $fpath' },
      ],
      async run(cli, { operands: { shell } }) {
        const script = completionScript(
          shell,
          all().filter((command) => !command.hidden),
        );
        if (cli.json) cli.printJson({ shell, script });
        else cli.stdout.write(script);
        return EXIT.success;
      },
    }),
    defineCommand({
      name: 'complete-functions',
      summary: 'names of functions, for completion scripts',
      hidden: true,
      operands: {},
      options: {},
      examples: [],
      async run(cli) {
        const signal = AbortSignal.timeout(LOOKUP_MS);
        const answer = await cli.client
          .json<{ functions: readonly FunctionRef[] }>('GET', '/v1/functions', { signal })
          .catch(() => undefined);
        for (const { user, function: name } of answer?.functions ?? []) cli.print(`${user}/${name}`);
        return EXIT.success;
      },
    }),
  ];
}
