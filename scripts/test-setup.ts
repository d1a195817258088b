import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSamples } from '../src/toolchain/samples.ts';
import { ensureNative } from './build-native.ts';
import { ROOT, runTool } from './run-tool.ts';
import { provideLambdaRic } from './setup-lambda-ric.ts';
import { provideRedis } from './setup-redis.ts';
import { provideS3Server } from './setup-s3-server.ts';

/** A Node binary that the compatibility tests run on. */
export interface OtherNode {
  readonly version: string;
  readonly binary: string;
}

/** What the tests can use, and what could not be provided. */
export interface TestSetup {
  readonly nodes: readonly OtherNode[];
  /** One line for each thing that is missing; each counts as a failure. */
  readonly problems: readonly string[];
}

/** The oldest Node we promise, and a release of the next line: what we ask of V8 changes with it. */
const OTHER_NODES = ['24.0.0', '26.10.0'] as const;

/**
 * Provides what tests need and the repository does not hold: the native layer, the sample functions, an S3 server, Redis,
 * AWS Lambda's runtime client, other versions of Node. Takes minutes the first time, a second later. With
 * `nodes: false` without the versions of Node. Never rejects.
 */
export async function setupTests(options: { readonly nodes?: boolean } = {}): Promise<TestSetup> {
  const problems: string[] = [];
  const native = ensureNative();
  if (native.built) console.log('native layer: built');
  if (!native.ready) problems.push(`native layer: ${native.reason}`);
  try {
    await buildSamples({ all: true, log: console.log, colour: process.stdout.isTTY === true });
  } catch (error) {
    problems.push(`samples: ${(error as Error).message}`);
  }
  for (const provide of [provideS3Server, provideRedis, provideLambdaRic]) {
    const problem = await provide();
    if (problem !== undefined) problems.push(problem);
  }
  const nodes: OtherNode[] = [];
  if (options.nodes !== false) {
    for (const version of OTHER_NODES) {
      const result = await provideNode(version);
      if (typeof result === 'string') problems.push(result);
      else nodes.push(result);
    }
  }
  return { nodes, problems };
}

/** Node `version` in .cache, from the npm registry; a text when it cannot be had. */
async function provideNode(version: string): Promise<OtherNode | string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(ROOT, '.cache', `node-${version}`);
  const binary = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    console.log(`Node ${version}: installing from the npm registry`);
    await mkdir(folder, { recursive: true });
    const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    const run = await runTool('npm', ['install', '--prefix', folder, ...quiet, `${name}@${version}`]);
    if (!existsSync(binary)) return `Node ${version}: npm could not install ${name}: ${run.output}${run.reason}`.trim();
  }
  return { version, binary };
}
