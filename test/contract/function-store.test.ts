import { memoryObjectStore } from '../../src/stores/memory-object-store.ts';
import { openFolderStore } from '../support/store-folder.ts';
import { functionStoreContract } from './function-store.ts';

functionStoreContract('memory', async () => memoryObjectStore());
functionStoreContract('folder', openFolderStore);
