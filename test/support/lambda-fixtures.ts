import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An event of AWS, and what its sender gets. */
export interface LambdaFixture {
  /** Name of the file without ending. */
  readonly name: string;
  /** Name of the adapter that handles it, `none` where none does. */
  readonly shape: string;
  readonly about: string;
  readonly event: unknown;
  /** What the answer holds, among other things. Absent where the handler fails. */
  readonly answer?: unknown;
  /** What the error of the handler holds. */
  readonly error?: unknown;
  /** A text that is somewhere in the JSON of answer or error. */
  readonly contains?: string;
}

const FOLDER = join(import.meta.dirname, '../platform/aws-lambda/fixtures');

/** The events in test/platform/aws-lambda/fixtures, by name. */
export function lambdaFixtures(): readonly LambdaFixture[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: file.slice(0, -5), ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) }));
}
