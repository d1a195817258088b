// `npm run test:platforms -- <platform>...`: the tests of test/platform with the platforms' own components. The last
// line has the counts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runJest } from './run-jest.ts';
import { ROOT } from './run-tool.ts';
import { setupTests } from './test-setup.ts';

const FOLDER = 'test/platform';

const platforms = readdirSync(join(ROOT, FOLDER), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !platforms.includes(name));

if (unknown.length > 0) {
  console.error(
    `There is no platform ${unknown.join(', ')}.\nUsage: npm run test:platforms -- [${platforms.join('|')}]...`,
  );
  process.exit(2);
}

const setup = await setupTests({ nodes: false });
for (const problem of setup.problems) console.log(`FAILED ${problem}`);
const chosen = wanted.length === 0 ? platforms : wanted;
const { passed, failed, pending } = await runJest({ patterns: chosen.map((name) => `${FOLDER}/${name}/`) });
if (pending > 0) console.log(`\n${pending} skipped`);
const failures = failed + setup.problems.length;
console.log(`\n${passed} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
