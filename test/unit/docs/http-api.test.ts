import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { ROUTES } from '../../../src/api/routes.ts';

it('docs/http-api.md names every route', async () => {
  const page = await readFile(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');
  const missing = ROUTES.filter(({ path }) => !page.includes(` ${path}\``) && !page.includes(`\`${path}\``));
  expect(missing.map(({ path }) => path)).toEqual([]);
});
