// Ends at once with the code that is its argument, while a thread is in native code that takes minutes.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { exitAtOnce } from '../../../src/layer/exit-at-once.ts';

const STUCK = `
  const { parentPort } = require('node:worker_threads');
  parentPort.postMessage('stuck');
  require('node:crypto').pbkdf2Sync('', '', 2 ** 31 - 1, 64, 'sha512');`;

await once(new Worker(STUCK, { eval: true }), 'message');
exitAtOnce(Number(process.argv[2]));
