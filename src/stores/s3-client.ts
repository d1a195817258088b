import { S3Client } from '@aws-sdk/client-s3';

/** Tries of a request, the first included; the SDK waits up to a few hundred ms between them. */
export const ATTEMPTS = 3;
/** The SDK looks at connections that may take less than 2 s, and at silences of less than 6 s, from their start. */
const CONNECT_TIMEOUT_MS = 1900;
/** Without a byte in either direction for so long a request has failed. */
const SILENCE_TIMEOUT_MS = 5000;

/** A server that speaks the protocol of S3. Credentials come from where the AWS SDK looks for them. */
export interface S3Server {
  /** Address of a server that is not AWS. */
  readonly endpoint?: string;
  /** Default: what the AWS SDK finds; with `endpoint` `us-east-1`, which other servers mostly ignore. */
  readonly region?: string;
  /** Bucket in the path instead of the host name, as most servers that are not AWS want it. Default false. */
  readonly pathStyle?: boolean;
}

/** A client of the server; destroy it to give its connections back. Loads the AWS SDK. */
export function s3Client({ endpoint, region, pathStyle }: S3Server): S3Client {
  const chosen = region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(chosen === undefined ? {} : { region: chosen }),
    forcePathStyle: pathStyle ?? false,
    maxAttempts: ATTEMPTS,
    // Waiting for leave to send costs a round trip and a connection each time.
    expectContinueHeader: false,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_TIMEOUT_MS },
  });
}
