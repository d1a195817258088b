import { ERROR_TABLE, type ErrorCode, FaasmError } from './errors.ts';
import type { FunctionSettings, Grants, Retries } from './function-document.ts';
import { CEILING_SETTINGS, DEFAULT_LIMITS, type Limits, PAGE_BYTES } from './limits.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Least and largest value of each limit a function may set. */
const LIMIT_RANGES: Readonly<Record<keyof Limits, readonly [min: number, max: number]>> = {
  memoryBytes: [PAGE_BYTES, 4 * 1024 ** 3],
  timeoutMs: [1, 2 ** 31 - 1],
  cpuMs: [1, 2 ** 31 - 1],
  outputBytes: [0, 2 ** 40],
  logBytes: [0, 2 ** 40],
  fileBytes: [0, 2 ** 40],
  openFiles: [8, 65_536],
  mappings: [0, 10_000],
  concurrency: [1, 1_000_000],
};
/** More than settings have: a client may nest as deep as it likes. */
const DEPTH_MAX = 8;
const RETRIES_MAX = 10;
const BACKOFF_MAX_MS = 600_000;
const ENVIRONMENT_MAX_BYTES = 32 * 1024;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const ACCESS_GRANTS = ['none', 'read', 'write'] as const;

/** Settings as a client sends them, checked. Throws `BAD_REQUEST` naming the field. */
export function parseSettings(value: unknown): FunctionSettings {
  const fields = objectOf(value, 'settings', ['limits', 'environment', 'retries', 'grants']);
  return {
    ...part(fields, 'limits', parseLimits),
    ...part(fields, 'environment', parseEnvironment),
    ...part(fields, 'retries', parseRetries),
    ...part(fields, 'grants', parseGrants),
  };
}

/** `settings` changed by a JSON merge patch (RFC 7396): null removes a field. Throws as {@link parseSettings}. */
export function patchSettings(settings: FunctionSettings, patch: unknown): FunctionSettings {
  if (!isObject(patch)) throw bad('settings', 'an object', patch);
  return parseSettings(merge(settings, patch));
}

/** Throws `BAD_REQUEST`, naming the ceiling, where settings ask for more than the host allows any function. */
export function checkCeilings({ limits = {} }: FunctionSettings, ceilings: Limits): void {
  for (const [name, value] of Object.entries(limits) as [keyof Limits, number][]) {
    if (value <= ceilings[name]) continue;
    throw invalid(
      `Field "limits.${name}" is ${value}, more than this host allows a function: ${ceilings[name]} (${CEILING_SETTINGS[name]}).`,
    );
  }
}

/** RFC 7396; on objects without prototypes, so that no key reaches one. */
function merge(target: unknown, patch: unknown, depth = 0): unknown {
  if (!isObject(patch)) return patch;
  if (depth > DEPTH_MAX) throw invalid(`The settings are nested more than ${DEPTH_MAX} levels deep.`);
  const merged: Record<string, unknown> = Object.assign(Object.create(null), isObject(target) ? target : {});
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value, depth + 1);
  }
  return merged;
}

function parseLimits(value: unknown): Partial<Limits> {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
  const fields = objectOf(value, 'limits', names);
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const name of names) {
    if (fields[name] === undefined) continue;
    const [min, max] = LIMIT_RANGES[name];
    limits[name] = integer(fields[name], `limits.${name}`, min, max);
  }
  return limits;
}

function parseEnvironment(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) throw bad('environment', 'an object of strings', value);
  const environment: [string, string][] = [];
  let size = 0;
  for (const [name, text] of Object.entries(value)) {
    if (!VARIABLE_NAME.test(name)) {
      throw invalid(`environment has the variable ${shown(name)}: use letters, digits and '_', no digit first.`);
    }
    if (typeof text !== 'string') throw bad(`environment.${name}`, 'a string', text);
    if (text.includes('\0') || !text.isWellFormed()) throw bad(`environment.${name}`, 'text without NUL', text);
    environment.push([name, text]);
    size += name.length + new TextEncoder().encode(text).length + 2;
  }
  if (size <= ENVIRONMENT_MAX_BYTES) return Object.fromEntries(environment);
  throw invalid(`environment has ${size} bytes, at most ${ENVIRONMENT_MAX_BYTES} are allowed.`);
}

function parseRetries(value: unknown): Retries {
  const { max, backoffMs, on } = objectOf(value, 'retries', ['max', 'backoffMs', 'on']);
  return {
    max: integer(max, 'retries.max', 0, RETRIES_MAX),
    ...(backoffMs === undefined ? {} : { backoffMs: integer(backoffMs, 'retries.backoffMs', 0, BACKOFF_MAX_MS) }),
    ...(on === undefined ? {} : { on: errorCodes(on) }),
  };
}

function parseGrants(value: unknown): Grants {
  const { state, files } = objectOf(value, 'grants', ['state', 'files']);
  return {
    ...(state === undefined ? {} : { state: accessGrant(state, 'grants.state') }),
    ...(files === undefined ? {} : { files: accessGrant(files, 'grants.files') }),
  };
}

function accessGrant(value: unknown, name: string): (typeof ACCESS_GRANTS)[number] {
  const grant = ACCESS_GRANTS.find((one) => one === value);
  if (grant === undefined) throw bad(name, `one of ${ACCESS_GRANTS.join(', ')}`, value);
  return grant;
}

function errorCodes(value: unknown): readonly ErrorCode[] {
  if (!Array.isArray(value)) throw bad('retries.on', 'an array of error codes', value);
  const unknown = value.find((code) => typeof code !== 'string' || !Object.hasOwn(ERROR_TABLE, code));
  if (unknown !== undefined) throw bad('retries.on', 'an array of error codes', unknown);
  return [...new Set(value as ErrorCode[])];
}

function part<K extends keyof FunctionSettings>(
  fields: Fields,
  name: K,
  parse: (value: unknown) => FunctionSettings[K],
): Pick<FunctionSettings, K> | undefined {
  return fields[name] === undefined ? undefined : ({ [name]: parse(fields[name]) } as Pick<FunctionSettings, K>);
}

function objectOf(value: unknown, what: string, names: readonly string[]): Fields {
  if (!isObject(value)) throw bad(what, 'an object', value);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return value;
  throw invalid(`Field ${shown(unknown)} of ${what} is unknown; there are ${names.join(', ')}.`);
}

function integer(value: unknown, name: string, min: number, max: number): number {
  if (Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  throw bad(name, `a whole number from ${min} to ${max}`, value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(name: string, expected: string, found: unknown): FaasmError {
  return invalid(`Field "${name}" must be ${expected}, not ${shown(found)}.`);
}

function invalid(message: string): FaasmError {
  return new FaasmError('BAD_REQUEST', message);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
