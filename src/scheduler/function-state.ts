import type { FunctionEntry } from '../executor/thread-handle.ts';
import { FunctionProfile } from './function-profile.ts';
import type { PendingCall } from './pending-call.ts';

/** A function version as the scheduler knows it: what threads need, its profile, and its calls that wait. */
export interface FunctionState extends FunctionEntry {
  readonly profile: FunctionProfile;
  readonly waiting: PendingCall[];
}

export function functionState(spec: FunctionEntry['spec']): FunctionState {
  return { spec, proto: undefined, profile: new FunctionProfile(), waiting: [] };
}
