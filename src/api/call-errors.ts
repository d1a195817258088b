import type { ErrorCode } from '../core/errors.ts';

/** Why a call may not be accepted. */
export const START_ERRORS: readonly ErrorCode[] = [
  'FUNCTION_NOT_FOUND',
  'QUEUE_FULL',
  'CONCURRENCY_LIMIT',
  'HOST_OVERLOADED',
  'SHUTTING_DOWN',
  'STORE_UNAVAILABLE',
  'STORE_DENIED',
  'STORE_CORRUPT',
];

/** Why a call may end without success. */
export const RUN_ERRORS: readonly ErrorCode[] = [
  'INIT_FAILED',
  'FUNCTION_FAILED',
  'GUEST_TRAP',
  'GUEST_EXCEPTION',
  'STACK_OVERFLOW',
  'BAD_POINTER',
  'TIMEOUT',
  'CPU_LIMIT',
  'MEMORY_LIMIT',
  'OUTPUT_LIMIT',
  'LOG_LIMIT',
  'MAPPING_LIMIT',
  'STATE_LIMIT',
  'STATE_SIZE_MISMATCH',
  'STATE_UNINITIALISED',
  'GRANT_MISSING',
  'CANCELLED',
  'HOST_OVERLOADED',
  'THREAD_LOST',
  'SHUTTING_DOWN',
];
