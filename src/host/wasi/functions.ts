import type { HostFunction } from '../context.ts';
import { DIRECTORY_READING_FUNCTIONS } from './directory-reading.ts';
import { FD_IO_FUNCTIONS } from './fd-io.ts';
import { FD_METADATA_FUNCTIONS } from './fd-metadata.ts';
import { PATH_OPEN_FUNCTIONS } from './path-open.ts';
import { PATH_FUNCTIONS } from './paths.ts';
import { POLL_FUNCTIONS } from './poll.ts';
import { PROCESS_FUNCTIONS } from './process.ts';
import { RENAME_FUNCTIONS } from './rename.ts';
import { SOCKET_FUNCTIONS } from './sockets.ts';

/** All 46 functions of WASI preview 1, module `wasi_snapshot_preview1`. */
export const WASI_FUNCTIONS: readonly HostFunction[] = [
  ...PROCESS_FUNCTIONS,
  ...FD_IO_FUNCTIONS,
  ...FD_METADATA_FUNCTIONS,
  ...DIRECTORY_READING_FUNCTIONS,
  ...PATH_OPEN_FUNCTIONS,
  ...PATH_FUNCTIONS,
  ...RENAME_FUNCTIONS,
  ...POLL_FUNCTIONS,
  ...SOCKET_FUNCTIONS,
];
