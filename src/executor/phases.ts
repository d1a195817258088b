import type { StartKind } from '../core/call.ts';
import type { LoadedFunction } from '../faaslet/loaded-function.ts';
import { HOST_NAMES } from '../module/artifact.ts';

/** One exported function that a call runs; phases run in order, each in a turn of its own. */
export interface Phase {
  /** Name of the export. */
  readonly name: string;
  readonly args: readonly number[];
  /** For error messages. */
  readonly what: string;
  /** Part of making the proto-function: a result other than 0 fails the call, and nothing of the call is visible. */
  readonly initialises: boolean;
  /** The call proper, whose result is the call's. */
  readonly entry: boolean;
}

/** The phases of a call whose Faaslet came to be as `start` says: initialisation first unless a snapshot has it. */
export function callPhases(fn: LoadedFunction, start: StartKind): readonly Phase[] {
  const { entry, start: hasStart } = fn.artifact;
  const phases: Phase[] = [];
  if (start === 'cold' || start === 'fresh') {
    if (hasStart) phases.push(initialising(HOST_NAMES.start, 'The start function'));
    for (const name of entry.initialisers) phases.push(initialising(name, name));
    if (entry.zygote !== undefined) phases.push(initialising(entry.zygote, 'The zygote'));
  }
  const args = entry.kind === 'main' ? [0, 0] : [];
  phases.push({ name: entry.name, args, what: entry.name, initialises: false, entry: true });
  if (entry.finaliser !== undefined) {
    phases.push({ name: entry.finaliser, args: [], what: entry.finaliser, initialises: false, entry: false });
  }
  return phases;
}

function initialising(name: string, what: string): Phase {
  return { name, args: [], what, initialises: true, entry: false };
}
