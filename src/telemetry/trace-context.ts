/** What a W3C `traceparent` says (Trace Context level 1, version 00). */
export interface TraceParent {
  /** 32 and 16 hexadecimal digits, never all zero. */
  readonly traceId: string;
  readonly spanId: string;
  /** Whoever made it may have recorded the trace, and asks others to. */
  readonly sampled: boolean;
}

/** Trace headers that can be passed on: well-formed, or absent. */
export interface TraceHeaders {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

// version-traceid-spanid-flags; version ff and ids of zeros are invalid. What may follow depends on the version.
const HEAD = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}/;
const TRACE_AT = 3;
const SPAN_AT = 36;
const FLAGS_AT = 53;
const LENGTH = 55;
/** Last digits of flags whose lowest bit, `sampled`, is set. */
const ODD_DIGITS = '13579bdf';

const TRACESTATE_BYTES = 512;
const TRACESTATE_MEMBERS = 32;
const MEMBER_KEY = /^(?:[a-z][a-z\d_*/-]{0,255}|[a-z\d][a-z\d_*/-]{0,240}@[a-z][a-z\d_*/-]{0,13})$/;
const MEMBER_VALUE = /^[ -+\--<>-~]{1,256}$/;

/** Reads a `traceparent`; undefined when it is malformed. Of a version to come, what version 00 knows is read. */
export function parseTraceparent(text: string): TraceParent | undefined {
  if (!isTraceparent(text)) return undefined;
  return {
    traceId: text.slice(TRACE_AT, SPAN_AT - 1),
    spanId: text.slice(SPAN_AT, FLAGS_AT - 1),
    sampled: isSampled(text),
  };
}

/** What of a request's trace headers counts: a trace state is dropped with its `traceparent`, or alone. */
export function traceHeaders(traceparent: string | undefined, tracestate: string | undefined): TraceHeaders {
  if (traceparent === undefined || !isTraceparent(traceparent)) return {};
  if (tracestate === undefined || !isTracestate(tracestate)) return { traceparent };
  return { traceparent, tracestate };
}

/**
 * Answers the function that makes the `traceparent` of a new span: same trace and same wish to be sampled as
 * `traceparent`, with a span id of its own. Without one, or with a malformed one, it begins a trace, which asks to be
 * sampled when `sampleNew` is set. It runs for every call: about 0.3 us.
 */
export function traceparents(sampleNew: boolean): (traceparent: string | undefined) => string {
  return (traceparent) => {
    if (traceparent === undefined || !isTraceparent(traceparent)) {
      for (let at = TRACE_AT; at < SPAN_AT - 1; at += WORD_DIGITS) putRandom(at);
      line[LENGTH - 1] = DIGITS[sampleNew ? 1 : 0] ?? 0;
    } else {
      line.write(traceparent.slice(TRACE_AT, SPAN_AT - 1), TRACE_AT, 'latin1');
      // Version 00 knows one flag; the others are to be zero.
      line[LENGTH - 1] = DIGITS[isSampled(traceparent) ? 1 : 0] ?? 0;
    }
    putRandom(SPAN_AT);
    putRandom(SPAN_AT + WORD_DIGITS);
    return line.toString('latin1');
  };
}

/** A new span id: 16 hexadecimal digits. */
export function spanId(): string {
  putRandom(SPAN_AT);
  putRandom(SPAN_AT + WORD_DIGITS);
  return line.toString('latin1', SPAN_AT, FLAGS_AT - 1);
}

function isTraceparent(text: string): boolean {
  if (!HEAD.test(text)) return false;
  return text.length === LENGTH || (text[LENGTH] === '-' && !text.startsWith('00'));
}

function isSampled(traceparent: string): boolean {
  return ODD_DIGITS.includes(traceparent.charAt(LENGTH - 1));
}

/** Lists of `key=value`, each key once; empty members and blanks around members are allowed. */
function isTracestate(text: string): boolean {
  if (text.length > TRACESTATE_BYTES) return false;
  const members = text
    .split(',')
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((member) => member !== '');
  const keys = new Set<string>();
  for (const member of members) {
    const at = member.indexOf('=');
    if (at < 0 || !MEMBER_KEY.test(member.slice(0, at)) || !MEMBER_VALUE.test(member.slice(at + 1))) return false;
    keys.add(member.slice(0, at));
  }
  return members.length > 0 && members.length <= TRACESTATE_MEMBERS && keys.size === members.length;
}

// One line of bytes is written over and over: its text is flat and does not keep the header it comes from.
const line = Buffer.from(`00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`, 'latin1');
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');
const WORD_DIGITS = 8;
const POOL_WORDS = 1024;
const pool = new Uint32Array(POOL_WORDS);
let next = POOL_WORDS;

/** Writes 32 random bits at `at`. */
function putRandom(at: number): void {
  if (next === POOL_WORDS) {
    globalThis.crypto.getRandomValues(pool);
    next = 0;
  }
  let word = pool[next] ?? 0;
  next += 1;
  for (let digit = at + WORD_DIGITS - 1; digit >= at; digit -= 1) {
    line[digit] = DIGITS[word & 15] ?? 0;
    word >>>= 4;
  }
}
