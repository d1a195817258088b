import { memoryObjectStore } from '../../src/stores/memory-object-store.ts';
import { openFolderStore } from '../support/store-folder.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('memory', async () => memoryObjectStore());
objectStoreContract('folder', openFolderStore);
