import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const NAMES = [
  'add-2',
  'append-2',
  'append-staged-3',
  'clear-appended-2',
  'compare-and-set-2',
  'copy-3',
  'lock-2',
  'ranges-5',
  'read-2',
  'read-appended-2',
  'remove-4',
  'renew-2',
  'replace-3',
  'reserve-1',
  'settle-1',
  'stage-1',
  'stat-2',
  'unlock-1',
  'write-2',
] as const;

/** The scripts in `scripts/`: their names end in the number of their keys; each says what it takes and answers. */
export type ScriptName = (typeof NAMES)[number];

/** A script as Redis takes it. */
export interface Script {
  readonly text: string;
  /** SHA-1 of the text in hexadecimal digits: its name on the server. */
  readonly sha: string;
}

// Read at once: a host goes on with its own scripts while the files of another version are put in their place.
const PRELUDE = read('prelude');
const SCRIPTS = Object.fromEntries(NAMES.map((name) => [name, load(name)])) as Readonly<Record<ScriptName, Script>>;

/** The script `name`. */
export function script(name: ScriptName): Script {
  return SCRIPTS[name];
}

function load(name: ScriptName): Script {
  const text = `${PRELUDE}\n${read(name)}`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
}
