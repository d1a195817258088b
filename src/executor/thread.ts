// Entry of a worker thread. What Node has stripped and compiled once it keeps on disk: that halves the start of the
// next thread, and of this one in the next process.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./thread-main.ts');
