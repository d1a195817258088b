// Entry of a worker thread. What Node has stripped and compiled once it keeps on disk, where the main thread does: that
// halves the start of a thread. Node's own choice, a folder for temporary files, would be open to other users.
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';
import type { ThreadSettings } from './protocol.ts';

const { compileCache } = workerData as ThreadSettings;
if (compileCache !== undefined) enableCompileCache(compileCache);
await import('./thread-main.ts');
