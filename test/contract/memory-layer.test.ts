import { describe, expect, it } from '@jest/globals';
import { nativeLayer } from '../../src/layer/native.ts';
import { loadAddon } from '../../src/layer/native-addon.ts';
import { openLayer } from '../../src/layer/open-layer.ts';
import { runScenario } from '../support/scenario.ts';
import { memoryLayerContract } from './memory-layer.ts';

memoryLayerContract('native', () => openLayer('native').layer);
memoryLayerContract('portable', () => openLayer('portable').layer);

describe('with files in a folder, for systems without files in memory', () => {
  memoryLayerContract('native', () => nativeLayer(loadAddon(), '/tmp'));
});

it('makes no number of one that is merged and one that a thread stores', async () => {
  const { report, output } = await runScenario<Record<'mixed' | 'stored' | 'merged', number>>('merging');
  expect([output, report?.mixed]).toEqual([output, 0]);
  // Both have been at it at the same time.
  expect(report?.stored).toBeGreaterThan(0);
  expect(report?.merged).toBeGreaterThan(0);
});
