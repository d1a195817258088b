import { EXIT, type ExitCode } from './exit-codes.ts';

/** What a {@link CliError} says beside its message. */
export interface ErrorAdvice {
  /** How to solve it, a sentence. */
  readonly hint?: string;
  /** A command that would have worked, or that solves it. */
  readonly example?: string;
  /** Further fields of the error's JSON form, such as the id of the failed call. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * An error that ends a command. Printed as what happened, how to solve it and an example. `code` is one of the host's
 * (core/errors.ts), or `USAGE`, `HOST_UNREACHABLE`, `NO_FAASM_HOST`, `LOCAL_FILE`, `COMPILE_FAILED`, `CONNECTION_CUT`.
 */
export class CliError extends Error {
  readonly code: string;
  readonly exit: ExitCode;
  readonly advice: ErrorAdvice;

  constructor(code: string, exit: ExitCode, message: string, advice: ErrorAdvice = {}) {
    super(message);
    this.name = 'CliError';
    this.code = code;
    this.exit = exit;
    this.advice = advice;
  }
}

/** An error of whoever typed the command line. */
export function usageError(message: string, advice: ErrorAdvice = {}): CliError {
  return new CliError('USAGE', EXIT.usage, message, advice);
}

/** An error about a file of this machine; `cause` is what the file system said. */
export function fileError(path: string, cause: unknown): CliError {
  const { code, message } = cause as { code?: string; message?: string };
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'this user may not open it',
    EISDIR: 'it is a folder',
    ENOSPC: 'the disk is full',
  };
  const reason = reasons[code ?? ''] ?? message ?? String(cause);
  return new CliError('LOCAL_FILE', EXIT.failed, `Cannot use ${path}: ${reason}.`, {
    hint: 'Check the path; it is taken relative to the current folder.',
  });
}
