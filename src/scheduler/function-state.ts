import type { FunctionEntry } from '../executor/thread-handle.ts';
import { FunctionProfile } from './function-profile.ts';

/** A function version as the scheduler knows it: what threads need, and its profile. */
export interface FunctionState extends FunctionEntry {
  readonly profile: FunctionProfile;
  /** Calls of this version under way. */
  active: number;
  /** Whether a newer version has taken its name: it goes with its last call. */
  retired: boolean;
}

export function functionState(spec: FunctionEntry['spec']): FunctionState {
  return { spec, proto: undefined, images: [], profile: new FunctionProfile(), active: 0, retired: false };
}
