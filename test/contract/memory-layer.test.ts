import { openLayer } from '../../src/layer/open-layer.ts';
import { memoryLayerContract } from './memory-layer.ts';

memoryLayerContract('native', () => openLayer('native').layer);
memoryLayerContract('portable', () => openLayer('portable').layer);
