import type { AuthMode } from './auth.ts';
import type { BodyLimits } from './body.ts';

/** What the API of a host needs to know. */
export interface FaasmApiOptions {
  /** Largest bodies in bytes. */
  readonly bodies: BodyLimits;
  /** Shared files and code that are held in memory for answers at the same time, in bytes. */
  readonly fileAnswerBytes: number;
  readonly auth: AuthMode;
  /** What the host runs on, such as `node 24.21.0`; for people. */
  readonly platform: string;
}
