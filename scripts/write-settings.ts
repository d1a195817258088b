// Writes the tables of the documentation that come from the sources: docs/settings.md and the errors of docs/http-api.md.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeSettings } from '../src/config.ts';
import { ERROR_TABLE } from '../src/core/errors.ts';
import { ROOT } from './run-tool.ts';

/** docs/settings.md. */
export function settingsPage(): string {
  const rows = describeSettings().map((row) => {
    const unit = row.unit === '' || row.unit === 'bytes' ? '' : ` ${row.unit}`;
    return `| \`${row.env}\` | ${row.default}${unit} | ${row.meaning} | ${row.accepts} |`;
  });
  return `${[
    '# Settings',
    '',
    'Settings are environment variables, read once at the start. One that is not accepted stops the start with a message',
    'that says what is; a `FAASM_*` variable that is no setting is reported. An empty variable counts as not set.',
    '',
    'Written by `node scripts/write-settings.ts` from `src/config.ts`.',
    '',
    '| variable | default | meaning | accepted |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}

/** docs/http-api.md with its table of errors up to date. */
export function apiPage(page: string): string {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, { status, retryable, meaning }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
  );
  const table = ['| code | status | worth sending again | meaning |', '|---|---|---|---|', ...rows].join('\n');
  return page.replace(
    /(<!-- errors:.*? -->\n)[\s\S]*?(<!-- \/errors -->)/,
    (_, open, close) => `${open}${table}\n${close}`,
  );
}

if (import.meta.filename === process.argv[1]) {
  const api = join(ROOT, 'docs/http-api.md');
  await writeFile(join(ROOT, 'docs/settings.md'), settingsPage());
  await writeFile(api, apiPage(await readFile(api, 'utf8')));
}
