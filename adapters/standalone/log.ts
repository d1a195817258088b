import type { Config } from '../../src/index.ts';

/** Writes lines to the standard error stream; a level that is not logged is absent, so that its lines cost nothing. */
export interface Log {
  readonly debug?: (line: string) => void;
  readonly info?: (line: string) => void;
  readonly warn?: (line: string) => void;
  readonly error?: (line: string) => void;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** The log that shows `level` and what is more urgent. */
export function createLog(level: Config['logLevel']): Log {
  const shown = LEVELS.slice(LEVELS.indexOf(level)).filter((name) => name !== 'silent');
  return Object.fromEntries(
    shown.map((name) => [name, (line: string) => console.error(`${new Date().toISOString()} ${name} ${line}`)]),
  );
}
