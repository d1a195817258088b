// `npm run check`: format and lint (biome), layers and cycles (dependency-cruiser), types (tsc), side by side.
import { existsSync } from 'node:fs';
import { installedTool, ROOT, runTool } from './run-tool.ts';

const colours = process.stdout.isTTY === true ? 'force' : 'off';
const FOLDERS = ['bin', 'src', 'adapters', 'scripts', 'bench', 'test'].filter((name) => existsSync(`${ROOT}/${name}`));

const CHECKS: readonly { readonly name: string; readonly tool: string; readonly args: readonly string[] }[] = [
  {
    name: 'format and lint',
    tool: 'biome',
    args: ['ci', `--colors=${colours}`, '--error-on-warnings', '--max-diagnostics=100', '.'],
  },
  { name: 'layers and cycles', tool: 'depcruise', args: ['--config', '.dependency-cruiser.cjs', ...FOLDERS] },
  { name: 'types', tool: 'tsc', args: ['--project', '.', '--pretty', String(colours === 'force')] },
];

/** Runs the checks, prints how each ended and what those that failed have to say; answers how many failed. */
export async function runChecks(): Promise<number> {
  const runs = CHECKS.map(async ({ name, tool, args }) => {
    const run = await runTool(installedTool(tool), args);
    const passed = run.code === 0;
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${name} (${tool}, ${run.seconds.toFixed(1)} s)`);
    return { name, passed, text: `${run.output}${run.reason}`.trim() };
  });
  const failed = (await Promise.all(runs)).filter((run) => !run.passed);
  for (const { name, text } of failed) console.log(`\n--- ${name} ---\n${text}`);
  return failed.length;
}

if (import.meta.filename === process.argv[1]) {
  const failed = await runChecks();
  if (failed > 0) console.log('\nnpm run format mends format, the order of imports and some lint');
  process.exitCode = failed === 0 ? 0 : 1;
}
