import { describe } from '@jest/globals';
import { nativeLayer } from '../../src/layer/native.ts';
import { loadAddon } from '../../src/layer/native-addon.ts';
import { openLayer } from '../../src/layer/open-layer.ts';
import { memoryLayerContract } from './memory-layer.ts';

memoryLayerContract('native', () => openLayer('native').layer);
memoryLayerContract('portable', () => openLayer('portable').layer);

describe('with files in a folder, for systems without files in memory', () => {
  memoryLayerContract('native', () => nativeLayer(loadAddon(), '/tmp'));
});
