/**
 * One error type and one table of codes for the whole runtime. Tests and callers compare `code`, never `instanceof`:
 * errors cross threads and realms, where class identity is lost.
 */

/** What each code means, its HTTP status, and whether the same request may succeed when it is sent again. */
export const ERROR_TABLE = {
  BAD_REQUEST: { status: 400, retryable: false, meaning: 'The request is malformed.' },
  INVALID_NAME: { status: 400, retryable: false, meaning: 'A user, function or key name is not allowed.' },
  UNAUTHENTICATED: { status: 401, retryable: false, meaning: 'A valid token is needed.' },
  FORBIDDEN: { status: 403, retryable: false, meaning: 'The token does not allow this.' },
  FUNCTION_NOT_FOUND: { status: 404, retryable: false, meaning: 'No such function has been uploaded.' },
  VERSION_NOT_FOUND: { status: 404, retryable: false, meaning: 'The function has no such version.' },
  CALL_NOT_FOUND: { status: 404, retryable: false, meaning: 'No call with this id is known; results expire.' },
  STATE_NOT_FOUND: { status: 404, retryable: false, meaning: 'The key holds no value.' },
  FILE_NOT_FOUND: { status: 404, retryable: false, meaning: 'There is no such file.' },
  TOKEN_NOT_FOUND: { status: 404, retryable: false, meaning: 'There is no such token.' },
  ROUTE_NOT_FOUND: { status: 404, retryable: false, meaning: 'There is nothing at this path.' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, meaning: 'The path exists, but not for this method.' },
  VERSION_IN_USE: { status: 409, retryable: false, meaning: 'The version is the one that calls get.' },
  RESULT_NOT_KEPT: { status: 410, retryable: false, meaning: 'The output of the call was too large to be kept.' },
  BODY_TIMEOUT: { status: 408, retryable: true, meaning: 'The request body came too slowly.' },
  BODY_TOO_LARGE: { status: 413, retryable: false, meaning: 'The request body exceeds its limit.' },
  MODULE_INVALID: { status: 400, retryable: false, meaning: 'The upload is not a valid WebAssembly binary.' },
  MODULE_UNSUPPORTED: { status: 400, retryable: false, meaning: 'The module uses a feature the host does not allow.' },
  MODULE_IMPORTS: { status: 400, retryable: false, meaning: 'The module imports something the host does not offer.' },
  MODULE_NO_ENTRY: { status: 400, retryable: false, meaning: 'The module exports no entry point.' },
  INIT_FAILED: { status: 500, retryable: false, meaning: 'The start function, constructors or zygote failed.' },
  FUNCTION_FAILED: { status: 500, retryable: false, meaning: 'The function returned or exited with a non-zero code.' },
  GUEST_TRAP: { status: 500, retryable: false, meaning: 'The function trapped.' },
  GUEST_EXCEPTION: { status: 500, retryable: false, meaning: 'An exception left the function uncaught.' },
  STACK_OVERFLOW: { status: 500, retryable: false, meaning: 'The function recursed too deeply.' },
  BAD_POINTER: { status: 500, retryable: false, meaning: 'A host call was given memory outside the function.' },
  TIMEOUT: { status: 504, retryable: false, meaning: 'The call ran past its wall-clock limit.' },
  CPU_LIMIT: { status: 504, retryable: false, meaning: 'The call used more CPU time than its limit.' },
  MEMORY_LIMIT: { status: 500, retryable: false, meaning: 'The function wanted more memory than its limit.' },
  OUTPUT_LIMIT: { status: 500, retryable: false, meaning: 'The function wrote more output than its limit.' },
  LOG_LIMIT: { status: 500, retryable: false, meaning: 'The function wrote more log than its limit.' },
  MAPPING_LIMIT: { status: 500, retryable: false, meaning: 'The function mapped more regions than its limit.' },
  STATE_LIMIT: { status: 507, retryable: false, meaning: 'The value or the tenant state exceeds its limit.' },
  STATE_SIZE_MISMATCH: { status: 409, retryable: false, meaning: 'The key holds a value of another size.' },
  STATE_UNINITIALISED: { status: 409, retryable: false, meaning: 'The key has no value on this host to push.' },
  GRANT_MISSING: { status: 403, retryable: false, meaning: 'The function document does not grant what was asked.' },
  CONCURRENCY_LIMIT: { status: 429, retryable: true, meaning: 'The function has as many calls as it may.' },
  CANCELLED: { status: 499, retryable: false, meaning: 'The call was cancelled.' },
  HOST_OVERLOADED: { status: 503, retryable: true, meaning: 'The host has no memory or mappings left for the call.' },
  QUEUE_FULL: { status: 503, retryable: true, meaning: 'Too many calls are waiting on this host.' },
  THREAD_LOST: { status: 502, retryable: true, meaning: 'The thread that ran the call ended.' },
  STORE_UNAVAILABLE: { status: 503, retryable: true, meaning: 'The function store cannot be reached.' },
  STORE_DENIED: {
    status: 500,
    retryable: false,
    meaning: 'The function store refuses the host: credentials or rights.',
  },
  STORE_FULL: { status: 507, retryable: false, meaning: 'The function store has no room left.' },
  STORE_CORRUPT: { status: 500, retryable: false, meaning: 'What the function store holds is damaged.' },
  NOT_SUPPORTED: { status: 501, retryable: false, meaning: 'The host cannot do that.' },
  SHUTTING_DOWN: { status: 503, retryable: true, meaning: 'The host is stopping and takes no new calls.' },
  INTERNAL: { status: 500, retryable: false, meaning: 'A defect of the runtime; please report it.' },
} as const;

/** A code of {@link ERROR_TABLE}. */
export type ErrorCode = keyof typeof ERROR_TABLE;

/** The plain form in which an error crosses threads and leaves in HTTP answers. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  /** What happened, why, and what to do about it. */
  readonly message: string;
}

/** The runtime's one error class. */
export class FaasmError extends Error {
  readonly code: ErrorCode;
  /** HTTP status of the code. */
  readonly status: number;
  /** Whether the same request may succeed when it is sent again. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'FaasmError';
    this.code = code;
    this.status = ERROR_TABLE[code].status;
    this.retryable = ERROR_TABLE[code].retryable;
  }

  /** The plain form of this error. */
  record(): ErrorRecord {
    return { code: this.code, message: this.message };
  }
}

/** Whether `value` is an error with a code of our table, from whichever realm or thread. */
export function isFaasmError(value: unknown): value is FaasmError {
  const code = (value as { code?: unknown } | null)?.code;
  return typeof code === 'string' && Object.hasOwn(ERROR_TABLE, code);
}

/** `value` as a FaasmError; anything that is none becomes `INTERNAL` with `value` as its cause. */
export function toFaasmError(value: unknown): FaasmError {
  const message = (value as { message?: unknown } | null)?.message;
  if (isFaasmError(value)) {
    // What crossed threads as plain data has only its code and message left.
    return typeof value.record === 'function' ? value : new FaasmError(value.code, String(message), value);
  }
  return new FaasmError(
    'INTERNAL',
    `Unexpected error: ${typeof message === 'string' ? message : String(value)}`,
    value,
  );
}
