import type { FunctionType, ImportCatalogue } from '../module/artifact.ts';
import { ASSEMBLY_SCRIPT_FUNCTIONS } from './assembly-script.ts';
import { CALL_FUNCTIONS } from './call.ts';
import type { HostFunction, ImportGroup } from './context.ts';
import { DIAGNOSTIC_FUNCTIONS } from './diagnostics.ts';
import { IDENTITY_FUNCTIONS } from './identity.ts';
import { MEMORY_FUNCTIONS } from './memory.ts';
import { STATE_FUNCTIONS } from './state.ts';
import { STATE_LOCK_FUNCTIONS } from './state-locks.ts';
import { STATE_RECORD_FUNCTIONS } from './state-records.ts';
import { STATE_TRANSFER_FUNCTIONS } from './state-transfer.ts';
import { DUPLICATE_FUNCTIONS } from './wasi/duplicate.ts';
import { WASI_FUNCTIONS } from './wasi/functions.ts';
import { WASI_UNSTABLE_FUNCTIONS } from './wasi/unstable.ts';

/** Everything a module may import, by group. Names are unique within one module name. */
export const IMPORT_GROUPS: readonly ImportGroup[] = [
  { module: 'env', functions: CALL_FUNCTIONS },
  { module: 'env', functions: STATE_FUNCTIONS },
  { module: 'env', functions: STATE_TRANSFER_FUNCTIONS },
  { module: 'env', functions: STATE_RECORD_FUNCTIONS },
  { module: 'env', functions: STATE_LOCK_FUNCTIONS },
  { module: 'env', functions: MEMORY_FUNCTIONS },
  { module: 'env', functions: DUPLICATE_FUNCTIONS },
  { module: 'env', functions: IDENTITY_FUNCTIONS },
  { module: 'env', functions: DIAGNOSTIC_FUNCTIONS },
  { module: 'env', functions: ASSEMBLY_SCRIPT_FUNCTIONS },
  { module: 'wasi_snapshot_preview1', functions: WASI_FUNCTIONS },
  { module: 'wasi_unstable', functions: WASI_UNSTABLE_FUNCTIONS },
];

const index = new Map<string, Map<string, HostFunction>>();
for (const group of IMPORT_GROUPS) {
  const names = index.get(group.module) ?? new Map<string, HostFunction>();
  index.set(group.module, names);
  for (const offered of group.functions) names.set(offered.name, offered);
}

/** The host function behind an import, undefined where there is none. */
export function findHostFunction(module: string, name: string): HostFunction | undefined {
  return index.get(module)?.get(name);
}

/** The signatures accepted for an import; see {@link ImportCatalogue}. */
export const catalogue: ImportCatalogue = (module, name) => {
  const offered = findHostFunction(module, name);
  return offered && signatures(offered);
};

function signatures(offered: HostFunction): readonly FunctionType[] {
  const { params, result } = offered;
  const accepted: FunctionType[] = [{ params, results: result === undefined ? [] : [result] }];
  if (result !== undefined && offered.resultOptional === true) accepted.push({ params, results: [] });
  return [...accepted, ...(offered.alternatives ?? [])];
}
