import { describe, expect, it } from '@jest/globals';
import { parseTraceparent, spanId, traceHeaders, traceparents } from '../../../src/telemetry/trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const SHAPE = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-0[01]$/;

const MALFORMED: readonly (readonly [why: string, text: string])[] = [
  ['is empty', ''],
  ['has version ff', `ff-${TRACE}-${SPAN}-01`],
  ['has a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['has a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['has capitals', PARENT.toUpperCase()],
  ['is no hexadecimal', `00-${TRACE.replace('4', 'g')}-${SPAN}-01`],
  ['has a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ['has a long span id', `00-${TRACE}-${SPAN}0-01`],
  ['has no flags', `00-${TRACE}-${SPAN}`],
  ['has short flags', `00-${TRACE}-${SPAN}-1`],
  ['has other separators', PARENT.replaceAll('-', '_')],
  ['has blanks around it', ` ${PARENT}`],
  ['has a line end', `${PARENT}\n`],
  ['has more than version 00 knows', `${PARENT}-more`],
  ['has a later version with longer flags', `01-${TRACE}-${SPAN}-010`],
];

describe('trace context: traceparent', () => {
  it('is read', () => {
    expect(parseTraceparent(PARENT)).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true });
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled).toBe(false);
  });

  it.each([
    ['00', false],
    ['01', true],
    ['02', false],
    ['0a', false],
    ['0b', true],
    ['ff', true],
  ])('with flags %s is sampled: %s', (flags, sampled) => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-${flags}`)?.sampled).toBe(sampled);
  });

  it.each(['01', 'cc', 'fe'])('of version %s is read as far as it is known', (version) => {
    const expected = { traceId: TRACE, spanId: SPAN, sampled: true };
    expect(parseTraceparent(`${version}-${TRACE}-${SPAN}-01`)).toEqual(expected);
    expect(parseTraceparent(`${version}-${TRACE}-${SPAN}-01-what-the-future-will-be-like`)).toEqual(expected);
  });

  it.each(MALFORMED)('that %s is refused', (_why, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});

describe('trace context: new spans', () => {
  const childOf = traceparents(true);

  it('are in the trace of their parent, with their own id', () => {
    const child = childOf(PARENT);
    expect(child).toMatch(SHAPE);
    expect(parseTraceparent(child)).toMatchObject({ traceId: TRACE, sampled: true });
    expect(parseTraceparent(child)?.spanId).not.toBe(SPAN);
  });

  it('keep the flag of their parent and speak version 00', () => {
    expect(childOf(`00-${TRACE}-${SPAN}-00`)).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-00$`));
    expect(childOf(`cc-${TRACE}-${SPAN}-ff-more`)).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-01$`));
  });

  it.each([undefined, ...MALFORMED.map(([, text]) => text)])('begin a trace for %j', (parent) => {
    const begun = childOf(parent);
    expect(begun).toMatch(SHAPE);
    expect(begun).not.toContain(TRACE);
    expect(begun.endsWith('-01')).toBe(true);
    expect(traceparents(false)(parent).endsWith('-00')).toBe(true);
  });

  it('never share ids, however many there are', () => {
    const made = Array.from({ length: 20_000 }, (_, at) =>
      parseTraceparent(childOf(at % 2 === 0 ? PARENT : undefined)),
    );
    expect(new Set(made.map((parent) => parent?.spanId)).size).toBe(20_000);
    expect(new Set(made.map((parent) => parent?.traceId)).size).toBe(10_001);
  });

  it('have ids that look the same when made alone', () => {
    expect(spanId()).toMatch(/^[\da-f]{16}$/);
    expect(spanId()).not.toBe(spanId());
  });
});

describe('trace context: trace state', () => {
  const members = (count: number): string => Array.from({ length: count }, (_, at) => `k${at}=v`).join(',');

  it.each([
    'a=1',
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'a=1 , b=2\t,\tc=3',
    'a=1,,b=2',
    '0tenant@system=x y',
    'a_-*/9=!"#$%&\'()*+-./:;<>?@[]^_`{|}~',
    members(32),
    `a=${'v'.repeat(256)}`,
  ])('%j is passed on as it is', (tracestate) => {
    expect(traceHeaders(PARENT, tracestate)).toEqual({ traceparent: PARENT, tracestate });
  });

  it.each([
    '',
    ',',
    'a',
    'a=',
    '=1',
    'A=1',
    'a b=1',
    'a=1=2',
    'a=ü',
    'a=1\n',
    'a=1,a=2',
    '0a=1',
    'a@0system=1',
    'a@b@c=1',
    members(33),
    `a=${'v'.repeat(257)}`,
    `a=${'v'.repeat(250)},b=${'v'.repeat(250)},c=${'v'.repeat(20)}`,
  ])('%j is dropped, its traceparent is not', (tracestate) => {
    expect(traceHeaders(PARENT, tracestate)).toEqual({ traceparent: PARENT });
  });

  it('is dropped with its traceparent', () => {
    expect(traceHeaders(undefined, 'a=1')).toEqual({});
    expect(traceHeaders('nonsense', 'a=1')).toEqual({});
    expect(traceHeaders(PARENT, undefined)).toEqual({ traceparent: PARENT });
  });
});
