import type { FileRequest } from '../../core/shared-file.ts';
import type { MaybePromise } from '../context.ts';

/** Who makes a host call wait, and then does it again from its start, now knowing the answer. */
export interface WaitSource {
  wait(need: FileWait, again: () => void): MaybePromise<number>;
}

/**
 * Thrown where a host call needs to know something of shared files that only the host's main thread knows. Host calls
 * change nothing before they know all they need, so that they can be done again.
 */
export class FileWait {
  readonly source: WaitSource;
  /** Names the question within the host call. */
  readonly key: string;
  readonly request: FileRequest;

  constructor(source: WaitSource, key: string, request: FileRequest) {
    this.source = source;
    this.key = key;
    this.request = request;
  }
}
