import { FaasmError } from '../../../src/index.ts';

/** A JSON object that nobody has looked at. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at `path` of an event, such as `requestContext.http`; undefined when there is none. */
export function fieldsAt(event: unknown, path: string): Fields | undefined {
  const value = valueAt(event, path);
  return isFields(value) ? value : undefined;
}

/** The value at `path`; undefined when there is none. */
export function valueAt(event: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (isFields(value) ? value[name] : undefined), event);
}

/** The text at `path`. Throws `BAD_REQUEST` naming it. */
export function textAt(event: unknown, path: string): string {
  const value = valueAt(event, path);
  if (typeof value === 'string') return value;
  throw new FaasmError('BAD_REQUEST', `The event is malformed: "${path}" is ${shown(value)}, not a text.`);
}

/** The text at `path`, or nothing: absent and null count as nothing. Throws `BAD_REQUEST` when it is something else. */
export function optionalTextAt(event: unknown, path: string): string | undefined {
  return (valueAt(event, path) ?? undefined) === undefined ? undefined : textAt(event, path);
}

/** The elements of `Records`. Throws `BAD_REQUEST` when one is no object. */
export function recordsOf(event: unknown): readonly Fields[] {
  const records = valueAt(event, 'Records');
  if (Array.isArray(records) && records.length > 0 && records.every(isFields)) return records;
  throw new FaasmError('BAD_REQUEST', 'The event is malformed: "Records" is no list of objects.');
}

/** What the first of `Records` says about its source, whichever way the service spells it. */
export function recordSource(event: unknown): unknown {
  const records = valueAt(event, 'Records');
  const first: unknown = Array.isArray(records) ? records[0] : undefined;
  return valueAt(first, 'eventSource') ?? valueAt(first, 'EventSource');
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'a list' : typeof value;
}
