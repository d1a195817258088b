import type { LogFields, Logger, LogLevel, LogMethod } from '../core/logger.ts';

/** How {@link createLogger} writes. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: an object a line, for machines; `text`: `time level event key=value ...`, for people. */
  readonly format: 'json' | 'text';
  /** Colours in `text`. Only for a terminal. */
  readonly colours?: boolean;
  /** Takes a line without its end. */
  readonly write: (line: string) => void;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const COLOURS = { debug: 90, info: 32, warn: 33, error: 31 } as const;
/** Fields that every line has; others of these names get a prefix, so that nobody can claim another time or level. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['time', 'level', 'event']);
/** Longest value, and what all fields of a line together may have, in characters before they are escaped. */
const VALUE_CHARS = 2_000;
const LINE_CHARS = 8_000;
/** Values that need no quotes in text. */
const PLAIN = /^[\w.:/@+%*~-]+$/;
// What JSON leaves as it is and a terminal or an editor may obey: control characters, line separators, text direction.
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A logger that writes a line for each event, whatever names and texts its fields hold: what could end a line, colour it
 * or turn it round is escaped, and its length is bounded.
 */
export function createLogger(options: LoggerOptions): Logger {
  if (options.level === 'silent') return {};
  const shown = LEVELS.slice(LEVELS.indexOf(options.level));
  return Object.fromEntries(shown.map((level) => [level, methodOf(level, options)]));
}

function methodOf(level: keyof Logger, { format, colours, write }: LoggerOptions): LogMethod {
  const painted = colours === true ? `\u001b[${COLOURS[level]}m${level}\u001b[0m` : level;
  if (format === 'json') {
    return (event, fields = {}) => {
      const members = told(fields).map(([name, value]) => `,${quoted(name)}:${jsonValue(value)}`);
      write(`{"time":"${now()}","level":"${level}","event":${quoted(cut(event))}${members.join('')}}`);
    };
  }
  return (event, fields = {}) => {
    const pairs = told(fields).map(([name, value]) => ` ${textValue(name)}=${textValue(String(value))}`);
    write(`${now()} ${painted} ${textValue(cut(event))}${pairs.join('')}`);
  };
}

type LogValue = string | number | boolean;

/** The fields of a line: those that have a value, cut where they are too long. */
function told(fields: LogFields): readonly (readonly [name: string, value: LogValue])[] {
  const pairs: [string, LogValue][] = [];
  let room = LINE_CHARS;
  for (const [given, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const name = cut(OWN_FIELDS.has(given) ? `field.${given}` : given);
    const text = typeof value === 'string' ? cut(value) : value;
    room -= name.length + String(text).length;
    if (room < 0) {
      pairs.push(['truncated', true]);
      break;
    }
    pairs.push([name, text]);
  }
  return pairs;
}

function now(): string {
  return new Date().toISOString();
}

function cut(text: string): string {
  return text.length <= VALUE_CHARS ? text : `${text.slice(0, VALUE_CHARS - 1)}…`;
}

function textValue(text: string): string {
  return PLAIN.test(text) ? text : quoted(text);
}

function jsonValue(value: LogValue): string {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isFinite(value))
    ? quoted(String(value))
    : String(value);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(OBEYED, (char) => char.split('').map(escaped).join(''));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
