import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { apiPage, settingsPage } from '../../../scripts/write-settings.ts';

const page = (name: string): Promise<string> => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

describe('tables of the documentation (node scripts/write-settings.ts writes them)', () => {
  it('has every setting as the sources do', async () => {
    expect(await page('settings.md')).toBe(settingsPage());
  });

  it('has every error as the sources do', async () => {
    const current = await page('http-api.md');
    expect(current).toContain('| `QUEUE_FULL` | 503 |');
    expect(current).toBe(apiPage(current));
  });
});
