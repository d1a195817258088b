import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The scripts in `scripts/`: their names end in the number of their keys; each says what it takes and answers. */
export type ScriptName =
  | 'add-2'
  | 'append-2'
  | 'append-staged-3'
  | 'clear-appended-2'
  | 'compare-and-set-2'
  | 'copy-3'
  | 'lock-2'
  | 'ranges-5'
  | 'read-2'
  | 'read-appended-2'
  | 'remove-4'
  | 'renew-2'
  | 'replace-3'
  | 'reserve-1'
  | 'settle-1'
  | 'stage-1'
  | 'stat-2'
  | 'unlock-1'
  | 'write-2';

/** A script as Redis takes it. */
export interface Script {
  readonly text: string;
  /** SHA-1 of the text in hexadecimal digits: its name on the server. */
  readonly sha: string;
}

const loaded = new Map<ScriptName, Script>();

/** The script `name`, read when it is first asked for. */
export function script(name: ScriptName): Script {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const text = `${read('prelude')}\n${read(name)}`;
  const fresh = { text, sha: createHash('sha1').update(text).digest('hex') };
  loaded.set(name, fresh);
  return fresh;
}

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
