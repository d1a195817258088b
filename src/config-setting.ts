/** One setting: how it is called, what it means, and how its text becomes a value. */
export interface Setting<T> {
  /** Environment variable that sets it. */
  readonly env: string;
  readonly default: T;
  /** How documentation shows the default. */
  readonly defaultText: string;
  /** What it does, one sentence. */
  readonly meaning: string;
  readonly unit?: string;
  /** Its value is never shown. */
  readonly secret?: boolean;
  /** What is accepted, for errors and documentation: completes "use …". */
  readonly accepts: string;
  /** The value of `text`, undefined when it is not accepted. */
  readonly parse: (text: string) => T | undefined;
}

/** What every kind of setting is declared with. */
interface Declaration<T> {
  readonly env: string;
  readonly default: T;
  readonly defaultText?: string;
  readonly meaning: string;
  readonly secret?: boolean;
}

const BYTE_UNITS: Readonly<Record<string, number>> = { '': 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** A whole number from `min` to `max`. */
export function integer(
  declaration: Declaration<number> & { readonly min: number; readonly max: number; readonly unit?: string },
): Setting<number> {
  const { min, max, unit, ...rest } = declaration;
  return {
    ...rest,
    ...(unit === undefined ? {} : { unit }),
    defaultText: rest.defaultText ?? String(rest.default),
    accepts: `a whole number from ${min} to ${max}`,
    parse: (text) => within(/^\d{1,15}$/.test(text) ? Number(text) : undefined, min, max),
  };
}

/** A time in milliseconds, at least `min`. */
export function milliseconds(declaration: Declaration<number> & { readonly min: number }): Setting<number> {
  // Timers of Node hold 31 bits; a longer time would fire at once.
  return integer({ ...declaration, max: 2_147_483_647, unit: 'ms' });
}

/** A size in bytes, from `min` to `max`; KiB, MiB and GiB may follow the number. */
export function bytes(
  declaration: Declaration<number> & { readonly min: number; readonly max?: number },
): Setting<number> {
  const { min, max = Number.MAX_SAFE_INTEGER, ...rest } = declaration;
  const least = min === 0 ? '' : ` of at least ${sizeText(min)}`;
  const most = max === Number.MAX_SAFE_INTEGER ? '' : `${min === 0 ? ' of' : ' and'} at most ${sizeText(max)}`;
  return {
    ...rest,
    unit: 'bytes',
    defaultText: rest.defaultText ?? sizeText(rest.default),
    accepts: `a size${least}${most}, such as 65536, 64KiB, 64MiB or 1GiB`,
    parse: (text) => within(parseBytes(text), min, max),
  };
}

/** One of `choices`. */
export function choice<T extends string>(declaration: Declaration<T> & { readonly choices: readonly T[] }): Setting<T> {
  const { choices, ...rest } = declaration;
  return {
    ...rest,
    defaultText: rest.defaultText ?? rest.default,
    accepts: `one of ${choices.join(', ')}`,
    parse: (text) => choices.find((item) => item === text),
  };
}

/** A text that `accept` answers true for. */
export function text(
  declaration: Declaration<string> & { readonly accepts: string; readonly accept: (text: string) => boolean },
): Setting<string> {
  const { accept, ...rest } = declaration;
  return {
    ...rest,
    defaultText: rest.defaultText ?? rest.default,
    parse: (value) => (accept(value) ? value : undefined),
  };
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

/** Bytes of a text such as `65536`, `64KiB` or `1GiB`, undefined for what is none. */
export function parseBytes(value: string): number | undefined {
  const match = /^(\d{1,15})\s*(|KiB|MiB|GiB)$/i.exec(value);
  const factor = BYTE_UNITS[match?.[2]?.toLowerCase() ?? ''];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

function sizeText(size: number): string {
  for (const [factor, unit] of [
    [1024 ** 3, 'GiB'],
    [1024 ** 2, 'MiB'],
    [1024, 'KiB'],
  ] as const) {
    if (size >= factor && size % factor === 0) return `${size / factor} ${unit}`;
  }
  return String(size);
}
