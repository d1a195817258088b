import type { FunctionEntry } from '../executor/thread-handle.ts';
import { FunctionProfile } from './function-profile.ts';

/** A function version as the scheduler knows it: what threads need, and its profile. */
export interface FunctionState extends FunctionEntry {
  readonly profile: FunctionProfile;
}

export function functionState(spec: FunctionEntry['spec']): FunctionState {
  return { spec, proto: undefined, profile: new FunctionProfile() };
}
