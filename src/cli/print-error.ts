import type { CliError } from './cli-error.ts';
import type { Cli } from './context.ts';
import { showStep } from './progress.ts';

/** Codes that are made here say nothing that the message does not. */
const UNSAID = new Set(['USAGE', 'HOST_UNREACHABLE', 'NO_FAASM_HOST', 'LOCAL_FILE']);

/**
 * Prints an error: what happened, details, how to solve it, an example; as JSON on the standard output, else on the
 * standard error stream.
 */
export function printError(cli: Cli, error: CliError): void {
  const { code, message, advice } = error;
  const { hint, example, fields = {} } = advice;
  if (cli.json) {
    const suggestion = { ...(hint === undefined ? {} : { hint }), ...(example === undefined ? {} : { example }) };
    cli.printJson({ error: { code, message, ...suggestion }, ...fields });
    return;
  }
  // A line of progress may still be there.
  showStep(cli.stderr, '');
  cli.note(`error: ${UNSAID.has(code) ? '' : `${code}: `}${message}`);
  const details = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  if (details.length > 0) cli.note(`       (${details.join(', ')})`);
  if (hint !== undefined) cli.note(`  ${hint}`);
  if (example !== undefined) cli.note(`  For example: ${example}`);
}
