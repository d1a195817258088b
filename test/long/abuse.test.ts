import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const SECONDS = 30;

interface Figure {
  readonly case: string;
  readonly metric: string;
  readonly value: number;
}

it('15 tenants are served beside 5 hostile ones, none of whom gets anywhere', async () => {
  // Fails where a call of theirs failed, something was reached that must not be, or the host was restarted.
  const args = ['bench/run.ts', 'abuse', '--json', '--seconds', String(SECONDS)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 24 });
  const figures = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure);
  const value = (of: string, metric: string): number | undefined =>
    figures.find((one) => one.case === of && one.metric === metric)?.value;
  console.log(figures.map((one) => `${one.case} ${one.metric} ${one.value}`).join('\n'));
  expect([value('all', 'failures'), value('hostile', 'breaches'), value('host', 'restarts')]).toEqual([0, 0, 0]);
  expect(value('hostile', 'attacks')).toBeGreaterThan(50);
});
