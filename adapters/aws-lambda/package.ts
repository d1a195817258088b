import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { ensurePrebuilt, PREBUILT_ARCHITECTURES, type PrebuiltArchitecture } from '../../scripts/build-native.ts';
import { FaasmError } from '../../src/index.ts';
import { bundle } from './package-bundle.ts';
import { packageFunctions } from './package-functions.ts';
import { type ZipEntry, zip } from './package-zip.ts';

/** What {@link packageForLambda} makes. */
export interface PackageOptions {
  /** Made where it is missing. */
  readonly outDir: string;
  /** Folder of functions to put into the package, `<user>/<name>.wasm`. */
  readonly functionsDir?: string;
}

/** A package for AWS Lambda. */
export interface LambdaPackage {
  /** The archive: upload it as the code of a Lambda function, runtime nodejs24.x. */
  readonly file: string;
  readonly sizeBytes: number;
  /** With everything unpacked; Lambda allows 250 MB. */
  readonly unpackedBytes: number;
  readonly handler: string;
  /** Handler for function URLs that stream answers. */
  readonly streamHandler: string;
  /** `<user>/<name>` of the functions in it. */
  readonly functions: readonly string[];
  /** Architectures it holds the native layer for. */
  readonly native: readonly PrebuiltArchitecture[];
  /** A sentence for each architecture without it. */
  readonly warnings: readonly string[];
}

const MAX_UNPACKED_BYTES = 250 * 1024 * 1024;
const MAPS = 'source-maps';

/**
 * Writes `faasm.zip` into a folder, and source maps beside it. One archive serves both architectures of Lambda: it holds
 * the handler, the thread's program, the native layer for each of them, and the functions. The same input gives the same
 * bytes. Throws `BAD_REQUEST` when there are no functions in the folder, or too much for Lambda, and the errors of uploads.
 */
export async function packageForLambda({ outDir, functionsDir }: PackageOptions): Promise<LambdaPackage> {
  const [code, native, scripts, functions] = await Promise.all([
    bundle({ handler: module('main'), thread: module('../../src/executor/thread') }),
    nativeLayers(),
    redisScripts(),
    functionsDir === undefined ? { names: [], files: [] } : packageFunctions(functionsDir),
  ]);
  const stored = functions.files.map(({ path, bytes }) => ({ path: `functions/${path}`, bytes }));
  const files = [...code.files, ...native.files, ...scripts, ...stored];
  const unpackedBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (unpackedBytes > MAX_UNPACKED_BYTES) {
    throw new FaasmError(
      'BAD_REQUEST',
      `The package has ${unpackedBytes} bytes, and Lambda takes ${MAX_UNPACKED_BYTES}: keep functions in S3 instead.`,
    );
  }
  const archive = zip(files);
  const file = join(outDir, 'faasm.zip');
  await rm(join(outDir, MAPS), { recursive: true, force: true });
  for (const { path, bytes } of code.maps) await write(join(outDir, MAPS, path), bytes);
  await write(file, archive);
  return {
    file,
    sizeBytes: archive.length,
    unpackedBytes,
    handler: 'handler.handler',
    streamHandler: 'handler.streamHandler',
    functions: functions.names,
    native: native.present,
    warnings: native.warnings,
  };
}

/** The scripts that the client of Redis reads when it is used, beside the bundle as they are beside its source. */
async function redisScripts(): Promise<ZipEntry[]> {
  const folder = new URL('../../src/stores/scripts/', import.meta.url);
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => ({ path: `scripts/${name}`, bytes: await readFile(new URL(name, folder)) })),
  );
}

/** The module `path` beside this one: TypeScript in the project, JavaScript in the published package. */
function module(path: string): string {
  return join(import.meta.dirname, `${path}${extname(import.meta.filename)}`);
}

async function nativeLayers() {
  const files: ZipEntry[] = [];
  const present: PrebuiltArchitecture[] = [];
  const warnings: string[] = [];
  for (const arch of PREBUILT_ARCHITECTURES) {
    const prebuilt = ensurePrebuilt(arch);
    if ('reason' in prebuilt) {
      warnings.push(`Without the native layer, functions on ${arch} are slower and copy state: ${prebuilt.reason}.`);
      continue;
    }
    present.push(arch);
    files.push({ path: `native/linux-${arch}/faasm.node`, bytes: await readFile(prebuilt.file) });
  }
  return { files, present, warnings };
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}
