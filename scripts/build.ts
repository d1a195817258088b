// `npm run build`: makes dist/, the project as the published package has it. Node does not run TypeScript inside of
// node_modules, so the package holds JavaScript and declarations, in the folders their sources have here: what the code
// finds by its own place (guest headers, the native layer, entries of threads) it finds there, too.
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensurePrebuilt, PREBUILT_ARCHITECTURES } from './build-native.ts';
import { installedTool, ROOT, runTool } from './run-tool.ts';

/** Copied as they are. */
const COPIED = ['guest', 'native', 'serverless.yml', 'src/stores/scripts'] as const;

/** Makes `folder` new. Rejects with the compiler's messages. Answers a line for each thing that is missing in it. */
async function build(folder: string): Promise<readonly string[]> {
  const fresh = `${folder}.${process.pid}.tmp`;
  try {
    const compiled = await runTool(installedTool('tsc'), ['--project', 'tsconfig.build.json', '--outDir', fresh]);
    if (compiled.code !== 0) throw new Error(`${compiled.output}${compiled.reason}`);
    for (const name of COPIED) await cp(join(ROOT, name), join(fresh, name), { recursive: true });
    await writeManifest(fresh);
    const missing = await addNative(fresh);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return missing;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Code that reads the product's version finds it where it is in the project. */
async function writeManifest(folder: string): Promise<void> {
  const { name, version, type } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ name, version, private: true, type }, null, 2)}\n`);
}

async function addNative(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (const arch of PREBUILT_ARCHITECTURES) {
    const prebuilt = ensurePrebuilt(arch);
    if ('reason' in prebuilt) {
      missing.push(`native layer for linux-${arch}: ${prebuilt.reason}`);
      continue;
    }
    const target = join(folder, 'native', 'prebuilt', `linux-${arch}`, 'faasm.node');
    await mkdir(dirname(target), { recursive: true });
    await cp(prebuilt.file, target);
  }
  return missing;
}

const missing = await build(join(ROOT, 'dist'));
// Not an error: where the package has none, the native layer is compiled at the first start if there is a compiler.
for (const line of missing) console.error(`left out, ${line}`);
console.log('dist');
