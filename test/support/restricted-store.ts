import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What another process does to a store in a folder. */
export interface StoreActions {
  readonly folder: string;
  /** User it becomes first; the test must be root for that. */
  readonly userId?: number;
  readonly actions: readonly {
    readonly action: 'check' | 'get' | 'list' | 'put' | 'remove';
    readonly key?: string;
    readonly sizeBytes?: number;
  }[];
}

/**
 * How the actions ended in a process that may write files of `fileBytes` at most: an error's code, what was read, or
 * `done`.
 */
export function actRestricted(actions: StoreActions, fileBytes?: number): readonly string[] {
  const limit = fileBytes === undefined ? 'unlimited' : String(fileBytes / 512);
  const script = join(import.meta.dirname, 'store-actions.ts');
  const command = ['-c', 'ulimit -f "$1" && shift && exec "$@"', 'sh', limit, process.execPath, script];
  const output = execFileSync('sh', [...command, JSON.stringify(actions)], { encoding: 'utf8' });
  return JSON.parse(output) as string[];
}
