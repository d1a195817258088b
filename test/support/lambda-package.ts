import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type LambdaPackage, packageForLambda } from '../../adapters/aws-lambda/package.ts';
import type { LambdaCode } from './lambda-sandbox.ts';

const run = promisify(execFile);

/** A package for Lambda, and the same unpacked as AWS does. */
export interface UnpackedPackage {
  readonly made: LambdaPackage;
  readonly code: LambdaCode;
  remove(): Promise<void>;
}

/** Makes a package, with the functions of a folder, and unpacks it. */
export async function unpackedLambdaPackage(functionsDir?: string): Promise<UnpackedPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'faasm-lambda-'));
  const options = functionsDir === undefined ? {} : { functionsDir };
  const made = await packageForLambda({ outDir: folder, ...options });
  const root = join(folder, 'task');
  await unzip(made.file, root);
  return {
    made,
    code: { root, module: made.handler.slice(0, made.handler.indexOf('.')) },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Unpacks an archive with a program that checks it: Python's. */
export async function unzip(file: string, folder: string): Promise<void> {
  await run('python3', ['-m', 'zipfile', '--extract', file, folder]);
}
