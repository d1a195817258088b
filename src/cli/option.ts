import { parseBytes } from '../config-setting.ts';

/** What a shell can offer for a value. */
export type Completes = 'file' | 'function' | readonly string[];

/** How the text of a value becomes the value. */
export interface ValueKind<T> {
  /** Shown in usage lines as `<placeholder>`. */
  readonly placeholder: string;
  /** The value, undefined when the text is not accepted. */
  readonly parse: (text: string) => T | undefined;
  /** Completes "use …" in errors. */
  readonly accepts: string;
  readonly completes?: Completes;
}

interface Described {
  readonly meaning: string;
  /** One letter. */
  readonly short?: string;
}

/** An option that is there or not. */
export interface Flag extends Described {
  readonly type: 'flag';
}

/** An option with a value. */
export interface ValueOption<T> extends Described, ValueKind<T> {
  readonly type: 'value';
}

/** An option with a value that may be given several times. */
export interface ListOption<T> extends Described, ValueKind<T> {
  readonly type: 'list';
}

export type Option = Flag | ValueOption<unknown> | ListOption<unknown>;

/** Options by their long names. */
export type Options = Readonly<Record<string, Option>>;

/** An argument of a command by its place. `many` takes one or more and comes last. */
export interface Operand<T, A extends 'one' | 'optional' | 'many' = 'one' | 'optional' | 'many'> extends ValueKind<T> {
  readonly arity: A;
  readonly meaning: string;
}

/** Operands by name, in their order. */
export type Operands = Readonly<Record<string, Operand<unknown>>>;

/** What options hold once they are parsed. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Flag
    ? boolean
    : O[K] extends ListOption<infer T>
      ? readonly T[]
      : O[K] extends ValueOption<infer T>
        ? T | undefined
        : never;
};

/** What operands hold once they are parsed. */
export type OperandValues<A extends Operands> = {
  readonly [K in keyof A]: A[K] extends Operand<infer T, infer N>
    ? N extends 'one'
      ? T
      : N extends 'optional'
        ? T | undefined
        : readonly T[]
    : never;
};

/** An option that is there or not. */
export function flag(meaning: string, short?: string): Flag {
  return { type: 'flag', meaning, ...(short === undefined ? {} : { short }) };
}

/** An option with a value of `kind`. */
export function value<T>(kind: ValueKind<T>, meaning: string, short?: string): ValueOption<T> {
  return { type: 'value', meaning, ...kind, ...(short === undefined ? {} : { short }) };
}

/** An option with a value of `kind` that may be repeated. */
export function list<T>(kind: ValueKind<T>, meaning: string, short?: string): ListOption<T> {
  return { type: 'list', meaning, ...kind, ...(short === undefined ? {} : { short }) };
}

/** An operand of `kind`. */
export function operand<T, A extends 'one' | 'optional' | 'many'>(
  kind: ValueKind<T>,
  arity: A,
  meaning: string,
): Operand<T, A> {
  return { ...kind, arity, meaning };
}

/** Any text. */
export function text(placeholder: string): ValueKind<string> {
  return { placeholder, parse: (given) => given, accepts: 'any text' };
}

/** A file of this machine. */
export function file(placeholder = 'file'): ValueKind<string> {
  return { placeholder, parse: (given) => given || undefined, accepts: 'a path', completes: 'file' };
}

/** One of `choices`. */
export function choice<T extends string>(...choices: readonly T[]): ValueKind<T> {
  return {
    placeholder: choices.join('|'),
    parse: (given) => choices.find((item) => item === given),
    accepts: `one of ${choices.join(', ')}`,
    completes: choices,
  };
}

/** A whole number from `min` to `max`. */
export function count(placeholder: string, min: number, max: number): ValueKind<number> {
  return {
    placeholder,
    parse(given) {
      const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
      return number >= min && number <= max ? number : undefined;
    },
    accepts: `a whole number from ${min} to ${max}`,
  };
}

/** A size in bytes, written with KiB, MiB or GiB or without. */
export function size(): ValueKind<number> {
  return { placeholder: 'size', parse: parseBytes, accepts: 'a size such as 65536, 64KiB, 64MiB or 1GiB' };
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time in whole milliseconds; a number without a unit counts `unit`s. */
export function time(unit: keyof typeof UNIT_MS): ValueKind<number> {
  const names = { ms: 'milliseconds', s: 'seconds', m: 'minutes', h: 'hours', d: 'days' };
  return {
    placeholder: unit === 'ms' || unit === 's' ? unit : 'time',
    parse(given) {
      const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(given);
      return match === null ? undefined : Math.round(Number(match[1]) * UNIT_MS[(match[2] ?? unit) as typeof unit]);
    },
    accepts: `a time such as 500ms, 30s, 5m or 2h (a bare number is ${names[unit]})`,
  };
}

/** `value` where a setting may also be put back to the host's default. */
export function orDefault<T>(kind: ValueKind<T>): ValueKind<T | null> {
  return {
    ...kind,
    parse: (given) => (given === 'default' ? null : kind.parse(given)),
    accepts: `${kind.accepts}, or "default"`,
  };
}
