import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LambdaCode } from './lambda-sandbox.ts';
import { temporaryFolder } from './store-folder.ts';

const MAIN = join(import.meta.dirname, '../../adapters/aws-lambda/main.ts');

/** A Lambda function that runs the sources as they are; its folder is removed after the tests of the file. */
export function sourceCode(): LambdaCode {
  const root = temporaryFolder();
  // AWS's client does not look for modules that end in .ts.
  writeFileSync(join(root, 'main.mjs'), `export * from ${JSON.stringify(pathToFileURL(MAIN).href)};\n`);
  return { root, module: 'main' };
}
