// The Node.js runtime interface client that AWS runs functions with (aws-lambda-ric), in .cache. Its native part comes
// as sources only, so it is compiled here once: two minutes.
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ROOT, runTool } from './run-tool.ts';

const VERSION = '4.0.2';

/** Programs that the build needs, and the Debian packages that have them. */
const BUILD_TOOLS = [
  ['autoreconf', 'autoconf'],
  ['automake', 'automake'],
  ['libtoolize', 'libtool'],
  ['pkg-config', 'pkg-config'],
  ['make', 'make'],
  ['cmake', 'cmake'],
  ['g++', 'g++'],
] as const;

const FOLDER = join(ROOT, '.cache', `aws-lambda-ric-${VERSION}`);
const PACKAGE = join(FOLDER, 'node_modules', 'aws-lambda-ric');

/** The script that starts a runtime; there once {@link provideLambdaRic} has succeeded. */
export const RIC_ENTRY = join(PACKAGE, 'index.mjs');

/** Says why AWS's runtime client cannot be had; undefined: it is there. Never rejects. */
export async function provideLambdaRic(): Promise<string | undefined> {
  if (isBuilt()) return undefined;
  const missing = await installBuildTools();
  if (missing.length > 0) {
    return `aws-lambda-ric: install the packages ${missing.join(', ')} (Debian names), which its build needs.`;
  }
  console.log(`aws-lambda-ric ${VERSION}: building, about two minutes`);
  // What an interrupted build has left would count as built.
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  const run = await runTool('npm', ['install', '--prefix', FOLDER, ...quiet, `aws-lambda-ric@${VERSION}`]);
  if (isBuilt()) return undefined;
  return `aws-lambda-ric: npm could not build version ${VERSION}: ${run.output.slice(-2000)}${run.reason}`.trim();
}

function isBuilt(): boolean {
  return existsSync(RIC_ENTRY) && existsSync(join(PACKAGE, 'rapid-client.node'));
}

/** Installs what is missing where it may; answers the packages that are missing still. */
async function installBuildTools(): Promise<readonly string[]> {
  const missing = missingPackages();
  if (missing.length === 0 || process.getuid?.() !== 0 || !onPath('apt-get')) return missing;
  console.log(`aws-lambda-ric: installing ${missing.join(', ')}`);
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  const run = await runTool('apt-get', install);
  // The lists of an image are often removed, or old.
  if (run.code !== 0 && (await runTool('apt-get', ['update'])).code === 0) await runTool('apt-get', install);
  return missingPackages();
}

function missingPackages(): readonly string[] {
  return BUILD_TOOLS.filter(([program]) => !onPath(program)).map(([, name]) => name);
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

if (import.meta.filename === process.argv[1]) {
  const problem = await provideLambdaRic();
  console.log(problem ?? `aws-lambda-ric ${VERSION} is ready`);
  process.exitCode = problem === undefined ? 0 : 1;
}
