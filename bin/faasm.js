#!/usr/bin/env node
// Starts the command line on Node 24: in this process, or, where this is an older Node, with the one that came with the
// packages. Plain JavaScript, because it has to run on every Node from 18 on.
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithLauncher, runWith } from './launcher.js';

const MIN_NODE_MAJOR = 24;

// The published package holds JavaScript; the project is run as it is.
const source = new URL('./faasm.ts', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= MIN_NODE_MAJOR) {
  endWithLauncher();
  // Types need not be stripped, nor code be compiled, every time. Below the home folder: in the one for temporary files
  // somebody else could have put code there.
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  module.enableCompileCache(join(caches, 'faasm', 'compiled'));
  await import(existsSync(source) ? source : new URL('../dist/bin/faasm.js', import.meta.url));
} else {
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(
      `error: Node ${process.versions.node} cannot run faasm: Node ${MIN_NODE_MAJOR} or newer is needed.\n` +
        '  On Linux (x64, arm64) npm ci in the project brings it; elsewhere install it from https://nodejs.org.\n' +
        '  For example: npm ci\n',
    );
    process.exitCode = 1;
  } else {
    runWith(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
  }
}

/** The Node 24 of the packages, undefined where there is none for this machine. */
function bundledNode() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}
