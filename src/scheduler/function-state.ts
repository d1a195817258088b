import type { FunctionDocument } from '../core/function-document.ts';
import type { FunctionEntry } from '../executor/thread-handle.ts';
import type { ModuleArtifact } from '../module/artifact.ts';
import { FunctionProfile } from './function-profile.ts';
import type { Tenant } from './tenants.ts';

/** A function version as the scheduler knows it: what threads need, its document and its profile. */
export interface FunctionState extends FunctionEntry {
  readonly document: FunctionDocument;
  /** What its code became, for further versions with the same code. */
  readonly code: {
    readonly sha256: string;
    readonly module: WebAssembly.Module;
    readonly artifact: Omit<ModuleArtifact, 'wasm'>;
  };
  readonly profile: FunctionProfile;
  readonly tenant: Tenant;
  /** Calls of this version under way. */
  active: number;
  /** Whether new calls get another version: it goes with its last call. */
  retired: boolean;
}

export function functionState(
  spec: FunctionEntry['spec'],
  code: FunctionState['code'],
  document: FunctionDocument,
  tenant: Tenant,
): FunctionState {
  const profile = new FunctionProfile();
  return { spec, code, document, proto: undefined, images: [], profile, tenant, active: 0, retired: false };
}
