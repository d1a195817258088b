import type { ErrorCode } from '../core/errors.ts';
import type { ErrorAdvice } from './cli-error.ts';

/** What to do about the errors of a host that a user of the command line can solve. */
const HINTS: Partial<Record<ErrorCode, ErrorAdvice>> = {
  UNAUTHENTICATED: {
    hint: 'Put a valid token into FAASM_TOKEN; an administrator makes one with `faasm token create`.',
    example: 'export FAASM_TOKEN=$(FAASM_TOKEN=<administrator token> faasm token create demo)',
  },
  FORBIDDEN: {
    hint: '`faasm whoami` shows whose token is sent. A token reaches what belongs to its user, an administrator all.',
    example: 'faasm whoami',
  },
  FUNCTION_NOT_FOUND: {
    hint: '`faasm functions` lists what there is; `faasm upload` adds a function.',
    example: 'faasm upload demo/hello hello.wasm',
  },
  VERSION_NOT_FOUND: {
    hint: '`faasm versions` lists the versions of a function.',
    example: 'faasm versions demo/hello',
  },
  VERSION_IN_USE: { hint: 'Make another version the current one first.', example: 'faasm rollback demo/hello' },
  CALL_NOT_FOUND: {
    hint: 'Results are kept for a while only (FAASM_RESULT_TTL_MS); `faasm logs` shows the calls that are known.',
    example: 'faasm logs demo/hello',
  },
  STATE_NOT_FOUND: { hint: '`faasm state ls` lists the keys of a user.', example: 'faasm state ls demo' },
  PRECONDITION_FAILED: {
    hint: 'Somebody has changed the value: read it again, and use the ETag that it has now.',
    example: 'faasm state get demo/text --json',
  },
  FILE_NOT_FOUND: { hint: '`faasm file ls` lists the files of a user.', example: 'faasm file ls demo' },
  TOKEN_NOT_FOUND: { hint: '`faasm token ls` lists the tokens.', example: 'faasm token ls' },
  RESULT_NOT_KEPT: {
    hint: 'Wait for the call instead of asking for its result later.',
    example: 'faasm invoke demo/hello',
  },
  ROUTE_NOT_FOUND: { hint: 'The host may be older than this command line, or FAASM_HOST may lead elsewhere.' },
  BODY_TOO_LARGE: {
    hint:
      'Start the host with a higher limit: FAASM_MAX_UPLOAD_BYTES for functions, FAASM_MAX_INVOKE_BYTES for calls, ' +
      'FAASM_MAX_FILE_BYTES and FAASM_MAX_STATE_BYTES for files and state.',
    example: 'faasm up --max-upload-bytes 128MiB',
  },
  MODULE_INVALID: {
    hint: 'Upload a .wasm file, or a source to be built first.',
    example: 'faasm upload demo/hello hello.c',
  },
  TIMEOUT: { hint: 'Give the function more time.', example: 'faasm configure demo/hello --timeout 5m' },
  CPU_LIMIT: { hint: 'Give the function more CPU time.', example: 'faasm configure demo/hello --cpu 5m' },
  MEMORY_LIMIT: { hint: 'Give the function more memory.', example: 'faasm configure demo/hello --memory 256MiB' },
  OUTPUT_LIMIT: { hint: 'Let the function write more.', example: 'faasm configure demo/hello --output-size 64MiB' },
  LOG_LIMIT: { hint: 'Let the function log more.', example: 'faasm configure demo/hello --log-size 4MiB' },
  GRANT_MISSING: { hint: 'Grant it to the function.', example: 'faasm configure demo/hello --grant state=write' },
  SHUTTING_DOWN: { hint: 'The host is stopping: try again when it, or another one, is there.' },
};

/** How to solve an error of the host; empty for those that explain themselves. */
export function hintFor(code: string): ErrorAdvice {
  return HINTS[code as ErrorCode] ?? {};
}
