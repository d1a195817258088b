import { memoryGlobalState } from '../../src/stores/memory-global-state.ts';
import { globalStateContract } from './global-state.ts';

globalStateContract('memory', async (options) => memoryGlobalState(options));
