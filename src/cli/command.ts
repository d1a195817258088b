import type { Cli } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import { flag, type Operands, type OperandValues, type Options, type OptionValues, text, value } from './option.ts';

/** A line that shows how a command is used. */
export interface Example {
  readonly command: string;
  readonly does: string;
}

/** What a command is given of its command line. */
export interface Parsed<O extends Options, A extends Operands> {
  readonly options: OptionValues<O>;
  readonly operands: OperandValues<A>;
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

/** A command as data: parsing, help, completion and docs/cli.md derive from it. */
export interface Definition<O extends Options, A extends Operands> {
  /** One word, or a noun and a verb: `state get`. */
  readonly name: string;
  /** What it does, one line. */
  readonly summary: string;
  /** Paragraphs of help below the summary. */
  readonly details?: readonly string[];
  readonly operands: A;
  readonly options: O;
  /** What may stand behind `--`; absent: nothing. */
  readonly rest?: string;
  readonly examples: readonly Example[];
  /** For the completion scripts only; not in help. */
  readonly hidden?: boolean;
  run(cli: Cli, input: Parsed<O, A>): Promise<ExitCode>;
}

/** A command of whatever options and operands. */
export type Command = Definition<Options, Operands>;

/** `definition`, with its options and operands typed inside and forgotten outside. */
export function defineCommand<O extends Options, A extends Operands>(definition: Definition<O, A>): Command {
  return definition;
}

/** Options of every command. */
export const GLOBAL_OPTIONS = {
  host: value(text('url'), 'The host to speak to. Default: FAASM_HOST, or http://127.0.0.1:8080.'),
  token: value(
    text('token'),
    'Token to send. Default: FAASM_TOKEN, which is better: other users of the machine see arguments (ps).',
  ),
  json: flag('Print JSON: one document, or one a line where there are many.'),
  help: flag('Show help.', 'h'),
} satisfies Options;
