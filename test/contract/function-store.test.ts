import { codeCache } from '../../src/stores/code-cache.ts';
import { memoryObjectStore } from '../../src/stores/memory-object-store.ts';
import { openFolderStore, temporaryFolder } from '../support/store-folder.ts';
import { functionStoreContract } from './function-store.ts';

functionStoreContract('memory', async () => memoryObjectStore());
functionStoreContract('folder', openFolderStore);
functionStoreContract(
  'memory behind a cache',
  async () => memoryObjectStore(),
  () => codeCache({ folder: temporaryFolder(), maxBytes: 1_000_000 }),
);
functionStoreContract(
  'memory behind a cache that does not work',
  async () => memoryObjectStore(),
  () => codeCache({ folder: '/dev/null/cache', maxBytes: 1_000_000 }),
);
