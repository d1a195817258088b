import { FaasmError } from '../core/errors.ts';
import { checkKey, checkName } from '../core/names.ts';
import { checkFilePath } from '../core/object-key.ts';
import { checkVersion } from '../core/version-id.ts';
import type { ApiRequest } from './http.ts';
import { type Checked, checkText, type JsonSchema } from './schema.ts';

/** Parameters of a query or headers, by name. */
export type Fields = Readonly<Record<string, JsonSchema>>;

/** What is left of {@link Fields} when they have been read: all of them may be absent. */
export type FieldValues<F> = { readonly [K in keyof F]?: Checked<F[K]> };

/** A parameter of a path, `{name}`. */
export interface PathParameter {
  readonly schema: JsonSchema;
  /** Checks the decoded text and answers the value. Throws `INVALID_NAME` or `BAD_REQUEST`. */
  readonly read: (text: string) => string | number;
}

/** As core/names.ts and core/version-id.ts check them. */
const NAME_PATTERN = '^(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';
const VERSION_PATTERN = '^(\\d{8}T\\d{9}Z-[0-9a-f]{8}|[0-9a-f]{8,64})$';

/** A call's id as it is in JSON and in paths. */
export const CALL_ID = {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Id of the call.',
} as const;

/** What names a version; {@link checkVersion} checks it. */
export const VERSION = {
  type: 'string',
  pattern: VERSION_PATTERN,
  description: 'Id of a version, or at least 8 digits of the SHA-256 of its code.',
} as const;

const TOKEN_ID = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'Id of the token: its public part.',
} as const;

/** The parameters that paths may have. */
export const PATH_PARAMETERS = {
  user: {
    schema: { type: 'string', pattern: NAME_PATTERN, description: 'The user whose things these are.' },
    read: (text) => checkName(text, 'user'),
  },
  function: {
    schema: { type: 'string', pattern: NAME_PATTERN, description: 'Name of the function.' },
    read: (text) => checkName(text, 'function'),
  },
  version: { schema: VERSION, read: checkVersion },
  key: {
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: 512,
      description: 'The state key: the rest of the path, percent-decoded. Slashes may be encoded or not.',
    },
    read: checkKey,
  },
  path: {
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: 600,
      description: 'Path of the file: the rest of the path, percent-decoded. Slashes may be encoded or not.',
    },
    read: checkFilePath,
  },
  call: { schema: CALL_ID, read: (text) => checkText(CALL_ID, text, 'The id of the call') },
  token: { schema: TOKEN_ID, read: (text) => checkText(TOKEN_ID, text, 'The id of the token') },
} satisfies Record<string, PathParameter>;

/** Name of a path parameter. */
export type PathParameterName = keyof typeof PATH_PARAMETERS;

/** Reads a parameter as it stands in the path. It is decoded before it is checked: `%2e%2e` is refused as `..` is. */
export function readPathParameter(name: PathParameterName, raw: string): string | number {
  return PATH_PARAMETERS[name].read(decode(raw));
}

/**
 * Reads a query. Throws `BAD_REQUEST` naming the parameter that is not known (if `strict`), comes twice or has a bad
 * value.
 */
export function readQuery(fields: Fields, query: string, strict: boolean): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  if (query === '') return values;
  for (const [name, text] of new URLSearchParams(query)) {
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (schema === undefined) {
      if (strict) throw unknownParameter(name, Object.keys(fields));
      continue;
    }
    if (Object.hasOwn(values, name)) throw bad(`Parameter "${name}" is given twice.`);
    values[name] = checkText(schema, text, `Parameter "${name}"`);
  }
  return values;
}

/** Value of a header, undefined when it was not sent. Throws `BAD_REQUEST` naming it. */
export function readHeader<const S extends JsonSchema>(
  request: ApiRequest,
  name: string,
  schema: S,
): Checked<S> | undefined {
  const text = request.header(name.toLowerCase());
  return text === undefined ? undefined : checkText(schema, text, `Header "${name}"`);
}

function unknownParameter(name: string, known: readonly string[]): FaasmError {
  const shown = JSON.stringify(name.slice(0, 60));
  const hint = known.length === 0 ? 'this path takes none' : `use ${known.join(', ')}`;
  return bad(`Parameter ${shown} is not known: ${hint}.`);
}

function decode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new FaasmError('BAD_REQUEST', 'The path is not valid percent-encoded UTF-8.', cause);
  }
}

function bad(message: string): FaasmError {
  return new FaasmError('BAD_REQUEST', message);
}
