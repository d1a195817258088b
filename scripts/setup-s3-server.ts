// Provides moto, a server that speaks S3, for the tests of the S3 store: Debian's packages of what it needs, and its own
// package unpacked into .cache, because older releases of Debian do not have it.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apt, lastLines, providePackages } from './debian-packages.ts';
import { ROOT, runTool, type ToolRun } from './run-tool.ts';

/** The Python that Debian's packages belong to, and where moto lies. */
export const S3_SERVER = {
  python: '/usr/bin/python3',
  modules: join(ROOT, '.cache', 'moto', 'usr', 'lib', 'python3', 'dist-packages'),
} as const;

/** Debian's packages that moto needs, by the modules that show that they are there. */
const PACKAGES: Readonly<Record<string, string>> = {
  flask: 'python3-flask',
  flask_cors: 'python3-flask-cors',
  boto3: 'python3-boto3',
  xmltodict: 'python3-xmltodict',
  responses: 'python3-responses',
  cryptography: 'python3-cryptography',
  yaml: 'python3-yaml',
  dateutil: 'python3-dateutil',
};
const MOTO = 'python3-moto';
/** The first release of Debian that has moto. */
const RELEASE_WITH_MOTO = 'trixie';

/** Installs what is missing of the S3 server. Answers what could not be had and why, undefined when all is there. Never rejects. */
export async function provideS3Server(): Promise<string | undefined> {
  try {
    return (await providePackages('S3 server for tests', missingPackages)) ?? (await provideMoto());
  } catch (error) {
    return `S3 server for tests: ${(error as Error).message}`;
  }
}

async function missingPackages(): Promise<string[]> {
  const script =
    'import sys, importlib.util\nfor name in sys.argv[1:]:\n  if not importlib.util.find_spec(name): print(name)';
  if (!existsSync(S3_SERVER.python)) return ['python3', ...Object.values(PACKAGES)];
  const run = await runTool(S3_SERVER.python, ['-c', script, ...Object.keys(PACKAGES)]);
  if (run.code !== 0) throw new Error(`${S3_SERVER.python} does not run: ${lastLines(run)}`);
  return run.output.split('\n').flatMap((name) => PACKAGES[name] ?? []);
}

async function provideMoto(): Promise<string | undefined> {
  if (existsSync(join(S3_SERVER.modules, 'moto', 'server.py'))) return undefined;
  console.log(`S3 server for tests: unpacking ${MOTO} into .cache`);
  const folder = join(ROOT, '.cache', 'moto-download');
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  let run = await download(folder, []);
  if ((await archiveIn(folder)) === undefined) run = await downloadFromNewerRelease(folder);
  const archive = await archiveIn(folder);
  if (archive === undefined) return `S3 server for tests: apt-get download ${MOTO} failed:\n${lastLines(run)}`;
  const unpacked = await runTool('dpkg', ['-x', archive, join(ROOT, '.cache', 'moto')]);
  await rm(folder, { recursive: true, force: true });
  return unpacked.code === 0 ? undefined : `S3 server for tests: ${MOTO} cannot be unpacked:\n${lastLines(unpacked)}`;
}

/** From the same archive that this machine uses, in lists of our own: the machine's are left as they are. */
async function downloadFromNewerRelease(folder: string): Promise<ToolRun> {
  const sources = join(folder, 'sources');
  await mkdir(sources);
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  for (const [i, { path, text }] of (await systemSources()).entries()) {
    const newer = text.replaceAll(new RegExp(`\\b${codename}\\b`, 'g'), RELEASE_WITH_MOTO);
    if (newer !== text) await writeFile(join(sources, `${i}.${path.endsWith('.sources') ? 'sources' : 'list'}`), newer);
  }
  const options = [
    ...['-o', 'Dir::Etc::sourcelist=/dev/null', '-o', `Dir::Etc::sourceparts=${sources}`],
    ...['-o', `Dir::State::lists=${join(folder, 'lists')}`, '-o', `Dir::Cache=${join(folder, 'cache')}`],
    ...['-o', 'APT::Sandbox::User='],
  ];
  const update = await apt([...options, 'update']);
  const run = await download(folder, options);
  return { ...run, output: `${update.output}\n${run.output}` };
}

async function systemSources(): Promise<{ readonly path: string; readonly text: string }[]> {
  const parts = await readdir('/etc/apt/sources.list.d').catch(() => []);
  const paths = parts.filter((name) => /\.(list|sources)$/.test(name)).map((name) => `/etc/apt/sources.list.d/${name}`);
  const existing = ['/etc/apt/sources.list', ...paths].filter((path) => existsSync(path));
  return Promise.all(existing.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
}

/** apt-get puts what it downloads into the folder it runs in. */
function download(folder: string, options: readonly string[]): Promise<ToolRun> {
  return runTool('sh', ['-c', 'cd "$1" && shift && exec apt-get "$@"', 'sh', folder, ...options, 'download', MOTO]);
}

async function archiveIn(folder: string): Promise<string | undefined> {
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.deb'));
  return name === undefined ? undefined : join(folder, name);
}

if (process.argv[1] === import.meta.filename) {
  const problem = await provideS3Server();
  console.log(problem ?? 'S3 server for tests: ready');
  process.exitCode = problem === undefined ? 0 : 1;
}
