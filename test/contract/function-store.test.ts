import { memoryFunctionStore } from '../../src/stores/memory-function-store.ts';
import { functionStoreContract } from './function-store.ts';

functionStoreContract('memory', async () => memoryFunctionStore());
