import { describe, expect, it } from '@jest/globals';
import type { LogFields } from '../../../src/core/logger.ts';
import { createLogger, type LoggerOptions } from '../../../src/telemetry/logger.ts';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The line that a logger writes for one event. */
function lineOf(format: LoggerOptions['format'], event: string, fields?: LogFields): string {
  const lines: string[] = [];
  createLogger({ level: 'debug', format, write: (line) => lines.push(line) }).warn?.(event, fields);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

/** A text line's part after its time. */
const textOf = (event: string, fields?: LogFields): string => lineOf('text', event, fields).slice(25);

// What ends a line, paints a terminal, types into it, or turns the text round.
const HOSTILE =
  'a"\\=\n2026-01-01T00:00:00.000Z error forged\r\u001b[31m\u009b2J\u0007\u2028\u202e\u0000\u{e0001}\ud800';
const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

describe('logger: levels', () => {
  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ] as const)('has at %s only the methods of what is shown', (level, names) => {
    const logger = createLogger({ level, format: 'text', write: () => undefined });
    expect(Object.keys(logger)).toEqual(names);
  });
});

describe('logger: JSON', () => {
  it('writes time, level, event and the fields that have a value', () => {
    const { time, ...rest } = JSON.parse(lineOf('json', 'call', { user: 'demo', ms: 1.5, ok: true, code: undefined }));
    expect(time).toMatch(ISO);
    expect(rest).toEqual({ level: 'warn', event: 'call', user: 'demo', ms: 1.5, ok: true });
  });

  it('carries hostile text whole, on one line, with nothing a terminal obeys', () => {
    const line = lineOf('json', 'upload', { [HOSTILE]: HOSTILE });
    expect(line).not.toMatch(OBEYED);
    expect(JSON.parse(line)).toMatchObject({ [HOSTILE]: HOSTILE });
  });

  it('writes numbers that JSON does not have as text', () => {
    expect(JSON.parse(lineOf('json', 'x', { a: Number.NaN, b: Number.NEGATIVE_INFINITY }))).toMatchObject({
      a: 'NaN',
      b: '-Infinity',
    });
  });

  it('lets no field pass for time, level or event', () => {
    const line = lineOf('json', 'x', { level: 'info', event: 'start', time: 0 });
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      event: 'x',
      'field.level': 'info',
      'field.event': 'start',
    });
    expect(line.match(/"level":/g)).toHaveLength(1);
  });
});

describe('logger: text', () => {
  it('writes time, level, event and key=value, quoted where needed', () => {
    const line = lineOf('text', 'call', { path: '/f/demo/hello', why: 'two words', none: '', ms: 2, ok: false });
    expect(line.slice(0, 24)).toMatch(ISO);
    expect(line.slice(25)).toBe('warn call path=/f/demo/hello why="two words" none="" ms=2 ok=false');
  });

  it.each(['a=b', 'a"b', 'a\\b', 'ü'])('quotes %s', (value) => {
    expect(textOf('x', { value })).toBe(`warn x value=${JSON.stringify(value)}`);
  });

  it('escapes hostile text in event, name and value', () => {
    const line = textOf(HOSTILE, { [HOSTILE]: HOSTILE });
    expect(line).not.toMatch(OBEYED);
    const parts = /^warn ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")=("(?:[^"\\]|\\.)*")$/.exec(line);
    expect(parts?.slice(1).map((part) => JSON.parse(part))).toEqual([HOSTILE, HOSTILE, HOSTILE]);
  });

  it('paints the level only where it is told that a terminal reads', () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', format: 'text', colours: true, write: (line) => lines.push(line) });
    logger.error?.('x', { text: '\u001b[31m' });
    expect(lines[0]?.slice(25)).toBe('\u001b[31merror\u001b[0m x text="\\u001b[31m"');
    expect(textOf('x')).toBe('warn x');
  });
});

describe('logger: length', () => {
  it.each(['json', 'text'] as const)('cuts long values and long lines in %s', (format) => {
    expect(lineOf(format, 'x', { value: '\n'.repeat(1_000_000) }).length).toBeLessThan(5_000);
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`field${at}`, 'v'.repeat(100)]));
    const line = lineOf(format, 'e'.repeat(100_000), many);
    expect(line.length).toBeLessThan(20_000);
    expect(line).toContain('field0');
    expect(line).toMatch(/truncated"?[=:]true/);
  });

  it('says that a value was cut', () => {
    const { value } = JSON.parse(lineOf('json', 'x', { value: 'v'.repeat(3_000) }));
    expect(value).toBe(`${'v'.repeat(1_999)}…`);
  });

  it('cuts a line of JSON so that it can still be parsed', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`f${at}`, '\u0000'.repeat(500)]));
    expect(JSON.parse(lineOf('json', 'x', fields))).toMatchObject({ event: 'x', truncated: true });
  });
});
