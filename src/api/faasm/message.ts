import { FaasmError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { FAASM_TEXTS } from '../faasm-texts.ts';
import type { Checked } from '../schema.ts';

const FLAG = { type: 'boolean' } as const;
const COUNT = { type: 'integer', minimum: 0 } as const;

/** What Faasm's messages say about a call, in requests of both its eras. Fields that it does not name are ignored. */
const CALL_FIELDS = {
  user: { type: 'string', description: 'Whose function.' },
  function: { type: 'string', description: 'Which function.' },
  cmdline: { type: 'string', description: 'Arguments, separated by blanks.' },
  typescript: { ...FLAG, description: 'Ignored: the entry is found from the module.' },
  python: { ...FLAG, description: 'Not supported yet.' },
  py_user: { type: 'string' },
  py_func: { type: 'string' },
  mpi: { ...FLAG, description: 'Not supported yet.' },
  mpi_world_size: { ...COUNT, description: 'Ignored without `mpi`.' },
  sgx: { ...FLAG, description: 'Not supported.' },
  index: { ...COUNT, description: 'Index of an entry other than the first; not supported yet.' },
  record_exec_graph: { ...FLAG, description: 'Ignored: what the graph needs is always recorded.' },
} as const;

/** JSON of `POST /`: a call, a question for a call's status, a flush, or a request to the planner. */
export const REQUEST_MESSAGE = {
  type: 'object',
  additionalProperties: true,
  properties: {
    ...CALL_FIELDS,
    input_data: { type: 'string', description: 'Input, handed over as UTF-8.' },
    input_data_base64: { type: 'string', description: 'Input that is no text.' },
    async: { ...FLAG, description: "Answer the call's id at once." },
    status: { ...FLAG, description: 'Ask for the status of the asynchronous call `id`.' },
    id: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    flush: { ...FLAG, description: 'Forget what is cached of functions; for administrators.' },
    http_type: {
      anyOf: [{ type: 'integer', minimum: 0 }, { type: 'string' }],
      description: 'Request to the planner: its number or name. The other fields but `payload` are ignored then.',
    },
    payload: { type: 'string', description: 'JSON that goes with `http_type`.' },
  },
} as const;

/** A message of a batch. */
export const BATCH_MESSAGE = {
  type: 'object',
  additionalProperties: true,
  properties: {
    ...CALL_FIELDS,
    id: COUNT,
    appId: COUNT,
    input_data: { type: 'string', description: 'Input in base64.' },
  },
} as const;

/** Which function a message calls. */
export interface CallFields {
  readonly user: string;
  readonly function: string;
  readonly cmdline?: string;
}

type Flags = Pick<
  Checked<typeof REQUEST_MESSAGE>,
  'python' | 'mpi' | 'sgx' | 'index' | 'user' | 'function' | 'cmdline'
>;

/** Faasm's flags for what this host cannot do; ignored they would run something else than was asked for. */
const UNSUPPORTED = ['python', 'mpi', 'sgx'] as const;

/** The call in a message. Throws `NOT_SUPPORTED`, `BAD_REQUEST` in Faasm's words, `INVALID_NAME`. */
export function callFields(message: Flags): CallFields {
  for (const flag of UNSUPPORTED) if (message[flag] === true) throw unsupported(`Field "${flag}" is true`);
  if ((message.index ?? 0) > 0) throw unsupported(`Field "index" is ${message.index}`);
  const { user = '', function: name = '', cmdline } = message;
  if (user === '') throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.user);
  if (name === '') throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.function);
  const ref = { user: checkName(user, 'user'), function: checkName(name, 'function') };
  return cmdline === undefined ? ref : { ...ref, cmdline };
}

/** Bytes of base64. Throws `BAD_REQUEST` naming the field. */
export function fromBase64(text: string, field: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw new FaasmError('BAD_REQUEST', `Field "${field}" is not base64.`, cause);
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function unsupported(what: string): FaasmError {
  return new FaasmError('NOT_SUPPORTED', `${what}: this host does not support that.`);
}
