// Writes the pages of the documentation that come from the sources: docs/settings.md and docs/errors.md.
import { writeFile } from 'node:fs/promises';
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
    'Written by `node scripts/write-tables.ts` from `src/config.ts`.',
    '',
    '| variable | default | meaning | accepted |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}

/** docs/errors.md. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, { status, retryable, meaning, remedy }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} | ${remedy} |`,
  );
  return `${[
    '# Errors',
    '',
    'Every error has a code. HTTP answers carry it in the header `X-Faasm-Error` and in the body, with a message that says',
    'what happened, why, and what to do; calls carry it in their record. Codes are stable: compare them, not the messages.',
    '',
    'Written by `node scripts/write-tables.ts` from `src/core/errors.ts`.',
    '',
    '| code | HTTP status | worth sending again | meaning | what to do |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}

if (import.meta.filename === process.argv[1]) {
  await writeFile(join(ROOT, 'docs/settings.md'), settingsPage());
  await writeFile(join(ROOT, 'docs/errors.md'), errorsPage());
}
