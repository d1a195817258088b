import { memoryObjectStore } from '../../src/stores/memory-object-store.ts';
import { openFolderStore } from '../support/store-folder.ts';
import { tokenStoreContract } from './token-store.ts';

tokenStoreContract('memory', async () => memoryObjectStore());
tokenStoreContract('folder', openFolderStore);
