import { type Config, createLogger, type Logger } from '../../src/index.ts';

/** The log that `config` asks for, on the standard error stream, which may be a terminal. */
export function openLog(
  { logLevel: level, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  terminal: boolean = process.stderr.isTTY === true,
): Logger {
  const automatic = terminal ? 'text' : 'json';
  return createLogger({
    level,
    format: logFormat === 'auto' ? automatic : logFormat,
    colours: terminal,
    // Unlike a write to the stream, it does not mind that nobody reads any more.
    write: (line) => console.error(line),
  });
}
