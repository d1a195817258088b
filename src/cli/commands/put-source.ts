import { usageError } from '../cli-error.ts';

/** Where the bytes to store come from: a file (`-`: the standard input) or the command line. */
export function oneSource(
  file: string | undefined,
  text: string | undefined,
  command: string,
): { readonly file: string } | { readonly text: string } {
  if (file !== undefined && text === undefined) return { file };
  if (text !== undefined && file === undefined) return { text };
  const problem = text === undefined ? 'There is nothing to store.' : 'A file and --value exclude each other.';
  throw usageError(problem, {
    hint: 'Name a file, - for the standard input, or give the text with --value.',
    example: `${command} --value hello`,
  });
}
