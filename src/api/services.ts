import type { Runtime } from '../core/ports.ts';
import type { BodyLimits } from './body.ts';
import type { BatchTable } from './faasm/batch-table.ts';
import type { FileAnswers } from './file-answers.ts';
import type { Listings } from './listings.ts';

/** What handlers work with. */
export interface Services {
  readonly runtime: Runtime;
  readonly bodies: BodyLimits;
  readonly fileAnswers: FileAnswers;
  readonly listings: Listings;
  /** What the host runs on, such as `node 24.21.0`. */
  readonly platform: string;
  /** Batches of Faasm's planner. */
  readonly batches: BatchTable;
  /** The description of this API as JSON. */
  readonly description: () => string;
}
