import { folderGlobalState } from '../../src/stores/folder-global-state.ts';
import { temporaryFolder } from '../support/store-folder.ts';
import { globalStateContract } from './global-state.ts';

globalStateContract('folder', async (options) => folderGlobalState({ folder: temporaryFolder(), ...options }));
