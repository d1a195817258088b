import { describe, expect, it } from '@jest/globals';
import { fileFolder } from '../../../src/layer/open-layer.ts';

const ENOSYS = 38;
/** An addon that can create files where `works` says so. */
const addon = (works: (folder: string) => boolean) => ({
  probeFile: (folder: string) => (works(folder) ? 0 : -ENOSYS),
});

describe('where files without a name are kept', () => {
  it('is memory where the system can', () => {
    expect(fileFolder(addon(() => true))).toBe('');
  });

  it('is the folder for temporary files where it cannot', () => {
    expect(fileFolder(addon((folder) => folder !== ''))).toBe('/tmp');
  });

  it('is nowhere where neither works, and the error says why', () => {
    expect(() => fileFolder(addon(() => false))).toThrow(/memory: errno 38, \/tmp: errno 38/);
  });
});
