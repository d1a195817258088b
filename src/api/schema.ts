import { FaasmError } from '../core/errors.ts';

/**
 * The subset of JSON Schema that requests are checked with and that the description of the API (OpenAPI) shows: what is
 * written there is what is enforced, because both read the same objects.
 */
export type JsonSchema = SimpleSchema | ArraySchema | ObjectSchema;

/** A schema of values that have no parts. */
type SimpleSchema = StringSchema | NumberSchema | BooleanSchema | EitherSchema;

interface Described {
  readonly description?: string;
}

export interface StringSchema extends Described {
  readonly type: 'string';
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface NumberSchema extends Described {
  readonly type: 'integer' | 'number';
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface BooleanSchema extends Described {
  readonly type: 'boolean';
}

/** One or the other. */
export interface EitherSchema extends Described {
  readonly type?: never;
  readonly anyOf: readonly (StringSchema | NumberSchema | BooleanSchema)[];
}

export interface ArraySchema extends Described {
  readonly type: 'array';
  readonly items: JsonSchema;
  readonly maxItems?: number;
}

/** Without `properties`: any object, handed on as it is. */
export interface ObjectSchema extends Described {
  readonly type: 'object';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** Absent or false: fields that `properties` does not name are refused. True: they are ignored. */
  readonly additionalProperties?: boolean | JsonSchema;
}

/** The type of what a schema lets through. */
export type Checked<S> = S extends { readonly anyOf: readonly (infer E)[] }
  ? Checked<E>
  : S extends { readonly type: 'string'; readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly type: 'string' }
      ? string
      : S extends { readonly type: 'integer' | 'number' }
        ? number
        : S extends { readonly type: 'boolean' }
          ? boolean
          : S extends { readonly type: 'array'; readonly items: infer I }
            ? readonly Checked<I>[]
            : S extends { readonly type: 'object'; readonly properties: infer P }
              ? CheckedObject<P, S extends { readonly required: readonly (infer R)[] } ? R : never>
              : S extends { readonly type: 'object' }
                ? Readonly<Record<string, unknown>>
                : unknown;

type CheckedObject<P, R> = { readonly [K in keyof P as K extends R ? K : never]: Checked<P[K]> } & {
  readonly [K in keyof P as K extends R ? never : K]?: Checked<P[K]>;
};

/**
 * Checks `value`; `where` names it in errors (`Field "user"`). Objects come back as copies that hold only known fields;
 * a field that is null counts as absent. Throws `BAD_REQUEST`.
 */
export function checkValue<const S extends JsonSchema>(schema: S, value: unknown, where: string): Checked<S> {
  return check(schema, value, where, '') as Checked<S>;
}

/** Checks a value that came as text, in a query or a header. Throws `BAD_REQUEST`. */
export function checkText<const S extends JsonSchema>(schema: S, text: string, where: string): Checked<S> {
  return check(schema, fromText(schema, text), where, '') as Checked<S>;
}

const SHOWN_CHARACTERS = 60;
const BOOLEANS: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };

function fromText(schema: JsonSchema, text: string): unknown {
  if (schema.type === 'integer' || schema.type === 'number') return /^-?\d{1,16}$/.test(text) ? Number(text) : text;
  if (schema.type === 'boolean') return Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : text;
  return text;
}

function check(schema: JsonSchema, value: unknown, where: string, path: string): unknown {
  if (schema.type === 'object') return checkObject(schema, value, where, path);
  if (schema.type === 'array') return checkArray(schema, value, where, path);
  if (!accepts(schema, value)) throw wrong(schema, value, where);
  return value;
}

function accepts(schema: SimpleSchema, value: unknown): boolean {
  if (schema.type === undefined) return schema.anyOf.some((one) => accepts(one, value));
  if (schema.type === 'boolean') return typeof value === 'boolean';
  if (schema.type === 'string') return typeof value === 'string' && acceptsText(schema, value);
  if (typeof value !== 'number' || (schema.type === 'integer' && !Number.isSafeInteger(value))) return false;
  return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
}

function acceptsText(schema: StringSchema, value: string): boolean {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) return false;
  return value.length >= (schema.minLength ?? 0) && value.length <= (schema.maxLength ?? Infinity);
}

function checkArray(schema: ArraySchema, value: unknown, where: string, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length > (schema.maxItems ?? Infinity)) throw wrong(schema, value, where);
  return value.map((item, index) => {
    const at = `${path}[${index}]`;
    return check(schema.items, item, fieldName(at), at);
  });
}

function checkObject(schema: ObjectSchema, value: unknown, where: string, path: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(schema, value, where);
  const { properties, required, additionalProperties } = schema;
  if (properties === undefined) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const checked: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const at = path === '' ? name : `${path}.${name}`;
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) {
      if (additionalProperties === true) continue;
      throw bad(`${fieldName(at)} is not known: use ${Object.keys(properties).join(', ')}.`);
    }
    const field = fields[name];
    if (field !== null) checked[name] = check(property, field, fieldName(at), at);
  }
  for (const name of required ?? []) {
    if (!(name in checked)) throw bad(`${fieldName(path === '' ? name : `${path}.${name}`)} is missing.`);
  }
  return checked;
}

function fieldName(path: string): string {
  return `Field "${path.length > SHOWN_CHARACTERS ? `${path.slice(0, SHOWN_CHARACTERS)}…` : path}"`;
}

function wrong(schema: JsonSchema, value: unknown, where: string): FaasmError {
  return bad(`${where} must be ${expected(schema)}, not ${shown(value)}.`);
}

/** What a schema accepts, in words that complete "must be". */
function expected(schema: JsonSchema): string {
  switch (schema.type) {
    case undefined:
      return schema.anyOf.map(expected).join(' or ');
    case 'boolean':
      return 'a boolean';
    case 'array':
      return schema.maxItems === undefined ? 'an array' : `an array of at most ${schema.maxItems} items`;
    case 'object':
      return 'a JSON object';
    case 'string':
      return expectedText(schema);
    default:
      return `${schema.type === 'integer' ? 'an integer' : 'a number'}${range(schema.minimum, schema.maximum)}`;
  }
}

function expectedText(schema: StringSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  const length = range(schema.minLength, schema.maxLength);
  const pattern = schema.pattern === undefined ? '' : ` that matches ${schema.pattern}`;
  return `a string${length === '' ? '' : ` with a length${length}`}${pattern}`;
}

function range(minimum: number | undefined, maximum: number | undefined): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function bad(message: string): FaasmError {
  return new FaasmError('BAD_REQUEST', message);
}
