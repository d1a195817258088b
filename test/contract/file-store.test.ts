import { memoryObjectStore } from '../../src/stores/memory-object-store.ts';
import { openFolderStore } from '../support/store-folder.ts';
import { fileStoreContract } from './file-store.ts';

fileStoreContract('memory', async () => memoryObjectStore());
fileStoreContract('folder', openFolderStore);
