import { type ErrorCode, FaasmError } from '../core/errors.ts';

/** What errors of S3 and of the connection to it have in common, wherever they come from. */
interface S3Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

interface Reaction {
  readonly code: ErrorCode;
  readonly advice: string;
}

const CREDENTIALS: Reaction = {
  code: 'STORE_DENIED',
  advice:
    'give this host credentials that are valid (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role)',
};
const RIGHTS: Reaction = {
  code: 'STORE_DENIED',
  advice: "check the host's credentials, and that they may list the bucket and get, put and delete its objects",
};
const FULL: Reaction = { code: 'STORE_FULL', advice: 'raise the quota of the bucket or remove objects' };
const REGION: Reaction = {
  code: 'STORE_UNAVAILABLE',
  advice: "set FAASM_S3_REGION to the bucket's region, and check FAASM_S3_ENDPOINT",
};
const AWAY: Reaction = {
  code: 'STORE_UNAVAILABLE',
  advice: 'check that the server is running and reachable (FAASM_S3_ENDPOINT), and try again',
};
const BUCKET: Reaction = {
  code: 'STORE_UNAVAILABLE',
  advice: 'create the bucket, or set FAASM_S3_BUCKET to one that exists',
};

/** By the names that S3 and the SDK give their errors. */
const REACTIONS: Readonly<Record<string, Reaction>> = {
  NoSuchBucket: BUCKET,
  InvalidBucketName: BUCKET,
  InvalidAccessKeyId: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  ExpiredTokenException: CREDENTIALS,
  TokenRefreshRequired: CREDENTIALS,
  CredentialsProviderError: CREDENTIALS,
  TokenProviderError: CREDENTIALS,
  AccessDenied: RIGHTS,
  AllAccessDisabled: RIGHTS,
  AccountProblem: RIGHTS,
  RequestTimeTooSkewed: { code: 'STORE_DENIED', advice: 'set the clock of this machine' },
  QuotaExceeded: FULL,
  InsufficientStorage: FULL,
  XMinioStorageFull: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
  PermanentRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
};

/** By HTTP status, where the name says nothing. */
const STATUSES: Readonly<Record<number, Reaction>> = { 301: REGION, 401: CREDENTIALS, 403: RIGHTS, 507: FULL };

/**
 * `error` of the S3 client while it wanted to `action` as `STORE_DENIED`, `STORE_FULL` or `STORE_UNAVAILABLE`. Takes over
 * no text of the error, nor the error itself: those can hold addresses with passwords, and headers of requests.
 */
export function s3Error(store: string, action: string, error: unknown): FaasmError {
  const { code, advice } = reactionTo(error);
  return new FaasmError(code, `The store ${store} failed to ${action} (${describe(error)}): ${advice}.`);
}

/** Whether `error` says that there is no such object. */
export function isMissing(error: unknown): boolean {
  return nameOf(error) === 'NoSuchKey';
}

function reactionTo(error: unknown): Reaction {
  const named = REACTIONS[nameOf(error)];
  if (named !== undefined) return named;
  if (String((error as { message?: unknown } | null)?.message).startsWith('Region is missing')) return REGION;
  return STATUSES[statusOf(error) ?? 0] ?? AWAY;
}

/** Name, code of the connection's error and status, as far as there are any. */
function describe(error: unknown): string {
  const { code } = (error ?? {}) as S3Failure;
  const status = statusOf(error);
  const ofConnection = typeof code === 'string' && code !== nameOf(error) ? code : undefined;
  // Errors of connections are called no more than `Error`.
  const named = nameOf(error) === 'Error' && ofConnection !== undefined ? undefined : nameOf(error);
  return [named, ofConnection, status === undefined ? undefined : `HTTP ${status}`].filter(Boolean).join(', ');
}

function nameOf(error: unknown): string {
  const { name } = (error ?? {}) as S3Failure;
  return typeof name === 'string' ? name : 'unknown error';
}

function statusOf(error: unknown): number | undefined {
  return ((error ?? {}) as S3Failure).$metadata?.httpStatusCode;
}
