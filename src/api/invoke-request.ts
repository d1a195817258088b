import { FaasmError } from '../core/errors.ts';
import { checkName } from '../core/names.ts';
import { FAASM_TEXTS } from './error-response.ts';

/** What a client asks for at the invoke port. */
export type InvokeRequest =
  | { readonly kind: 'status'; readonly id: number; readonly user?: string }
  | {
      readonly kind: 'call';
      readonly user: string;
      readonly function: string;
      readonly input: string;
      readonly async: boolean;
      readonly cmdline?: string;
    };

type FieldType = 'boolean' | 'string' | 'integer';
type Fields = Readonly<Record<string, unknown>>;

/** Faasm's flags for what this host cannot do; ignored they would run something else than was asked for. */
const UNSUPPORTED = ['python', 'typescript', 'mpi', 'flush', 'sgx'] as const;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads Faasm's JSON. Fields it does not know are ignored. Throws `BAD_REQUEST` naming the field, `INVALID_NAME`. */
export function parseInvokeRequest(body: Uint8Array): InvokeRequest {
  if (body.length === 0) throw bad(FAASM_TEXTS.body);
  const fields = parseObject(body);
  const user = field(fields, 'user', 'string') ?? '';
  const name = field(fields, 'function', 'string') ?? '';
  const input = field(fields, 'input_data', 'string') ?? '';
  const cmdline = field(fields, 'cmdline', 'string');
  const isAsync = field(fields, 'async', 'boolean') ?? false;
  const id = field(fields, 'id', 'integer');
  if (field(fields, 'status', 'boolean') === true) {
    if (id === undefined)
      throw bad('Field "id" is missing: a status request needs the id that the async call answered.');
    return { kind: 'status', id, ...(user === '' ? {} : { user }) };
  }
  for (const flag of UNSUPPORTED) {
    if (field(fields, flag, 'boolean') === true) throw bad(`Field "${flag}" is true: this host does not support that.`);
  }
  if (user === '') throw bad(FAASM_TEXTS.user);
  if (name === '') throw bad(FAASM_TEXTS.function);
  return {
    kind: 'call',
    user: checkName(user, 'user'),
    function: checkName(name, 'function'),
    input,
    async: isAsync,
    ...(cmdline === undefined ? {} : { cmdline }),
  };
}

function parseObject(body: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(body));
  } catch (cause) {
    const reason = (cause as { message?: string }).message ?? String(cause);
    throw new FaasmError('BAD_REQUEST', `The body is not JSON in UTF-8: ${reason}`, cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw bad('The body must be a JSON object such as {"user":"demo","function":"hello"}.');
}

function field(fields: Fields, name: string, type: 'string'): string | undefined;
function field(fields: Fields, name: string, type: 'boolean'): boolean | undefined;
function field(fields: Fields, name: string, type: 'integer'): number | undefined;
function field(fields: Fields, name: string, type: FieldType): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || value === null) return undefined;
  if (type === 'integer' ? Number.isSafeInteger(value) && Number(value) >= 0 : typeof value === type) return value;
  const found = Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : JSON.stringify(value);
  const shown = found.length > 60 ? `${found.slice(0, 60)}…` : found;
  throw bad(
    `Field "${name}" must be ${type === 'integer' ? 'an integer from 0 to 2^53 - 1' : `a ${type}`}, not ${shown}.`,
  );
}

function bad(message: string): FaasmError {
  return new FaasmError('BAD_REQUEST', message);
}
