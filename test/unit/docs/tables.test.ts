import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { errorsPage, settingsPage } from '../../../scripts/write-tables.ts';

const page = (name: string): Promise<string> => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

describe('tables of the documentation (node scripts/write-tables.ts writes them)', () => {
  it('has every setting as the sources do', async () => {
    expect(await page('settings.md')).toBe(settingsPage());
  });

  it('has every error as the sources do', async () => {
    expect(await page('errors.md')).toContain('| `QUEUE_FULL` | 503 | yes |');
    expect(await page('errors.md')).toBe(errorsPage());
  });
});
