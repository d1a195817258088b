import type { HostContext, HostFunction } from './context.ts';

/** The user that programs run as, module `env`; `/etc/passwd` of the file tree has its name and home. */
export const IDENTITY_FUNCTIONS: readonly HostFunction[] = ['getuid', 'geteuid', 'getgid', 'getegid'].map((name) => ({
  name,
  params: [],
  result: 'i32',
  call: (_context: HostContext) => FAASM_ID,
}));

/** User and group, as in Faasm. */
const FAASM_ID = 1000;
