/**
 * One error type and one table of codes for the whole runtime. Tests and callers compare `code`, never `instanceof`:
 * errors cross threads and realms, where class identity is lost.
 */

/**
 * What each code means, what to do about it, its HTTP status, and whether the same request may succeed when it is sent
 * again. docs/errors.md is written from it.
 */
export const ERROR_TABLE = {
  BAD_REQUEST: {
    status: 400,
    retryable: false,
    meaning: 'The request is malformed.',
    remedy: 'Mend what the message names.',
  },
  INVALID_NAME: {
    status: 400,
    retryable: false,
    meaning: 'A user, function or key name is not allowed.',
    remedy: 'Use the characters that the message lists.',
  },
  UNAUTHENTICATED: {
    status: 401,
    retryable: false,
    meaning: 'A valid token is needed.',
    remedy: 'Send Authorization: Bearer <token>, or set FAASM_TOKEN for the command line.',
  },
  FORBIDDEN: {
    status: 403,
    retryable: false,
    meaning: 'The token does not allow this.',
    remedy: "Use a token of the user whom the path names, or an administrator's.",
  },
  FUNCTION_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'No such function has been uploaded.',
    remedy: 'Upload it first, and check user and name.',
  },
  VERSION_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'The function has no such version.',
    remedy: 'List what there is: faasm versions <user>/<function>.',
  },
  CALL_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'No call with this id is known; results expire.',
    remedy: 'Check the id and ask the host that took the call; raise FAASM_RESULT_TTL_MS to keep results longer.',
  },
  STATE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'The key holds no value.',
    remedy: 'Write the key first, and push it if a function did.',
  },
  FILE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'There is no such file.',
    remedy: 'List what there is: faasm file ls <user>.',
  },
  TOKEN_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'There is no such token.',
    remedy: 'List what there is: faasm token ls.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: 'There is nothing at this path.',
    remedy: 'GET /openapi.json lists all routes.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    meaning: 'The path exists, but not for this method.',
    remedy: 'The header Allow lists the methods.',
  },
  VERSION_IN_USE: {
    status: 409,
    retryable: false,
    meaning: 'The version is the one that calls get.',
    remedy: 'Roll back to another version first, or remove the function.',
  },
  RESULT_NOT_KEPT: {
    status: 410,
    retryable: false,
    meaning: 'The output of the call was too large to be kept.',
    remedy: 'Make the call asynchronous, whose results are kept, or shrink its output.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    retryable: false,
    meaning: 'The value is not, or no longer, what If-Match or If-None-Match asks for.',
    remedy: 'Read the value again, and repeat the change on what it is now with its ETag.',
  },
  RANGE_NOT_SATISFIABLE: {
    status: 416,
    retryable: false,
    meaning: 'The value has no bytes in the range that was asked for.',
    remedy: 'Content-Range of the answer says how many bytes there are: ask for some of them.',
  },
  BODY_TIMEOUT: {
    status: 408,
    retryable: true,
    meaning: 'The request body came too slowly.',
    remedy: 'Send faster, or raise FAASM_BODY_TIMEOUT_MS.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    meaning: 'The request body exceeds its limit.',
    remedy: 'Send less, or raise the limit of that kind of body (FAASM_MAX_*_BYTES).',
  },
  MODULE_INVALID: {
    status: 400,
    retryable: false,
    meaning: 'The upload is not a valid WebAssembly binary.',
    remedy: 'Check that the file is a complete .wasm module: the position in the message says where it ends being one.',
  },
  MODULE_UNSUPPORTED: {
    status: 400,
    retryable: false,
    meaning: 'The module uses a feature the host does not allow.',
    remedy: 'Compile without the feature, or raise the limit that the message names.',
  },
  MODULE_IMPORTS: {
    status: 400,
    retryable: false,
    meaning: 'The module imports something the host does not offer.',
    remedy: 'docs/host-interface.md lists what the host offers; link everything else into the module.',
  },
  MODULE_NO_ENTRY: {
    status: 400,
    retryable: false,
    meaning: 'The module exports no entry point.',
    remedy: 'Export one of the entry points that the message lists.',
  },
  INIT_FAILED: {
    status: 500,
    retryable: false,
    meaning: 'The start function, constructors or zygote failed.',
    remedy: "The call's log says what the function wrote before it failed.",
  },
  FUNCTION_FAILED: {
    status: 500,
    retryable: false,
    meaning: 'The function returned or exited with a non-zero code.',
    remedy: "Look at the call's log; the code is the function's own.",
  },
  GUEST_TRAP: {
    status: 500,
    retryable: false,
    meaning: 'The function trapped.',
    remedy: 'The message names the trap and the functions it happened in.',
  },
  GUEST_EXCEPTION: {
    status: 500,
    retryable: false,
    meaning: 'An exception left the function uncaught.',
    remedy: 'Catch the exception in the function.',
  },
  STACK_OVERFLOW: {
    status: 500,
    retryable: false,
    meaning: 'The function recursed too deeply.',
    remedy: 'Recurse less deeply, or link with a larger stack (-Wl,-z,stack-size=<bytes>).',
  },
  BAD_POINTER: {
    status: 500,
    retryable: false,
    meaning: 'A host call was given memory outside the function.',
    remedy: 'Check the pointers and lengths that the function hands to the host.',
  },
  TIMEOUT: {
    status: 504,
    retryable: false,
    meaning: 'The call ran past its wall-clock limit.',
    remedy: 'Raise limits.timeoutMs of the function, or do less in one call.',
  },
  CPU_LIMIT: {
    status: 504,
    retryable: false,
    meaning: 'The call used more CPU time than its limit.',
    remedy: 'Raise limits.cpuMs of the function, or do less in one call.',
  },
  MEMORY_LIMIT: {
    status: 500,
    retryable: false,
    meaning: 'The function wanted more memory than its limit.',
    remedy: 'Raise limits.memoryBytes of the function.',
  },
  OUTPUT_LIMIT: {
    status: 500,
    retryable: false,
    meaning: 'The function wrote more output than its limit.',
    remedy: 'Raise limits.outputBytes of the function, or write to state.',
  },
  LOG_LIMIT: {
    status: 500,
    retryable: false,
    meaning: 'The function wrote more log than its limit.',
    remedy: 'Raise limits.logBytes of the function, or log less.',
  },
  MAPPING_LIMIT: {
    status: 500,
    retryable: false,
    meaning: 'The function mapped more regions than its limit.',
    remedy: 'Raise limits.mappings of the function, or map fewer keys at a time.',
  },
  STATE_LIMIT: {
    status: 507,
    retryable: false,
    meaning: 'The value or the tenant state exceeds its limit.',
    remedy: 'Remove values, or raise the limit that the message names.',
  },
  STATE_SIZE_MISMATCH: {
    status: 409,
    retryable: false,
    meaning: 'The key holds a value of another size.',
    remedy: 'Ask for the size that the value has, or write the whole value anew.',
  },
  STATE_UNINITIALISED: {
    status: 409,
    retryable: false,
    meaning: 'The key has no value on this host to push.',
    remedy: 'Read or write the key on this host before pushing it.',
  },
  STATE_CONFLICT: {
    status: 409,
    retryable: true,
    meaning: 'The value has been changed or removed since the version that the request names.',
    remedy: 'Read the value again and repeat the change on what it is now.',
  },
  STATE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'The global state tier cannot be reached; whether the change was made is not known.',
    remedy: 'Check that Redis or the folder of the state is there (FAASM_STATE); the host recovers by itself.',
  },
  STATE_DENIED: {
    status: 500,
    retryable: false,
    meaning: 'The global state tier refuses the host: credentials or rights.',
    remedy: 'Check user and password in FAASM_REDIS_URL and what they may do, or the rights of the folder.',
  },
  STATE_FULL: {
    status: 507,
    retryable: false,
    meaning: 'The global state tier has no room left.',
    remedy: 'Remove values, give Redis more memory (maxmemory) or the disk more room, or keep state in Redis.',
  },
  STATE_CORRUPT: {
    status: 500,
    retryable: false,
    meaning: 'What the global state tier holds is damaged.',
    remedy: 'Restore what the message names from a copy, or remove it.',
  },
  LOCK_LOST: {
    status: 409,
    retryable: false,
    meaning: 'The lease of a global lock ended while the function held it.',
    remedy: 'Take the lock again, and read what it guards anew.',
  },
  LOCK_TIMEOUT: {
    status: 503,
    retryable: true,
    meaning: 'A lock was not free in time.',
    remedy: 'Try again; look for a call that holds the lock for long.',
  },
  GRANT_MISSING: {
    status: 403,
    retryable: false,
    meaning: 'The function document does not grant what was asked.',
    remedy: "Have the function's document grant it: faasm configure <user>/<function> --grant state=write.",
  },
  CONCURRENCY_LIMIT: {
    status: 429,
    retryable: true,
    meaning: 'The function or its user has as many calls under way as it may, or as much memory in them.',
    remedy: 'Try again later, or raise the limit that the message names.',
  },
  CANCELLED: {
    status: 499,
    retryable: false,
    meaning: 'The call was cancelled.',
    remedy: 'Nothing: somebody cancelled the call, or its client went away.',
  },
  HOST_OVERLOADED: {
    status: 503,
    retryable: true,
    meaning: 'The host has no memory or mappings left for the call.',
    remedy: 'Try again later or elsewhere; give the host more memory, or its functions smaller limits.',
  },
  QUEUE_FULL: {
    status: 503,
    retryable: true,
    meaning: 'Too many calls are waiting on this host.',
    remedy: 'Try again later or elsewhere; FAASM_QUEUE_LIMIT sets how many may wait.',
  },
  THREAD_LOST: {
    status: 502,
    retryable: true,
    meaning: 'The thread that ran the call ended.',
    remedy: 'Try again; a function may have this done for it (retries).',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'The function store cannot be reached.',
    remedy: 'Check that the folder or the S3 service is there; the host recovers by itself.',
  },
  STORE_DENIED: {
    status: 500,
    retryable: false,
    meaning: 'The function store refuses the host: credentials or rights.',
    remedy: 'Check credentials, rights of the folder or policy of the bucket.',
  },
  STORE_FULL: {
    status: 507,
    retryable: false,
    meaning: 'The function store has no room left, or the user has as much there as it may.',
    remedy: 'Make room, remove old versions, functions or files, or raise the limit that the message names.',
  },
  STORE_CORRUPT: {
    status: 500,
    retryable: false,
    meaning: 'What the function store holds is damaged.',
    remedy: 'Upload the function again.',
  },
  NOT_SUPPORTED: {
    status: 501,
    retryable: false,
    meaning: 'The host cannot do that.',
    remedy: 'Do without; docs/http-api.md says what there is.',
  },
  SHUTTING_DOWN: {
    status: 503,
    retryable: true,
    meaning: 'The host is stopping and takes no new calls.',
    remedy: 'Send the request to another host, or again once this one is back.',
  },
  INTERNAL: {
    status: 500,
    retryable: false,
    meaning: 'A defect of the runtime; please report it.',
    remedy: "Report it, with what the host's log says.",
  },
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
