import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { FaasmError } from '../../src/index.ts';

/** What is to be deployed, and by whom. */
export interface DeployOptions {
  /** Holds serverless.yml. */
  readonly folder: string;
  /** Environment of the tool: AWS's own variables say which account and region. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Further arguments of `osls deploy`. */
  readonly args: readonly string[];
}

const OSLS = 'osls@4.3.1';

/** Variables that name credentials, or where they are to be had. */
const CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
] as const;

/**
 * Runs `osls deploy` in `folder`, on this terminal; resolves when it has succeeded. Throws `BAD_REQUEST` when
 * something is missing: serverless.yml (which is written then, to be looked at), `osls`, or AWS credentials; and
 * `INTERNAL` when `osls` fails.
 */
export async function deployToLambda({ folder, environment, args }: DeployOptions): Promise<void> {
  await checkService(folder);
  const osls = findOsls(folder);
  checkCredentials(environment, args);
  const code = await runOsls(osls, ['deploy', ...args], { folder, environment });
  if (code !== 0) {
    throw new FaasmError(
      'INTERNAL',
      `osls deploy ended with code ${code}; what it said is above. What it had made before that is still there: mend the ` +
        'cause and deploy again, or remove everything with `npx osls remove`.',
    );
  }
}

async function checkService(folder: string): Promise<void> {
  const file = join(folder, 'serverless.yml');
  if (existsSync(file)) return;
  await copyFile(join(import.meta.dirname, '../../serverless.yml'), file);
  throw new FaasmError(
    'BAD_REQUEST',
    `There was no serverless.yml in ${folder}, so one has been written. It makes things that cost money: read it, then ` +
      'deploy again.',
  );
}

function findOsls(folder: string): string {
  for (const place of [join(folder, 'package.json'), import.meta.filename]) {
    try {
      return createRequire(place).resolve('osls/bin/serverless.js');
    } catch {
      // Not there: the next place.
    }
  }
  throw new FaasmError('BAD_REQUEST', `osls is needed to deploy to AWS: npm install --save-dev ${OSLS}`);
}

function checkCredentials(environment: DeployOptions['environment'], args: readonly string[]): void {
  const home = environment['HOME'] ?? homedir();
  const files = [
    environment['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws/credentials'),
    environment['AWS_CONFIG_FILE'] ?? join(home, '.aws/config'),
  ];
  const named = CREDENTIALS.some((name) => environment[name]) || args.some((arg) => /^--(aws-)?profile/.test(arg));
  if (named || files.some((file) => existsSync(file))) return;
  throw new FaasmError(
    'BAD_REQUEST',
    'There are no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run `aws configure`.',
  );
}

/** Runs osls on this Node and answers its exit code; 1 when a signal ended it. */
function runOsls(
  script: string,
  args: readonly string[],
  { folder, environment }: Pick<DeployOptions, 'folder' | 'environment'>,
): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      stdio: 'inherit',
      env: { ...environment, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
    });
    child.once('error', reject);
    child.once('close', (code) => done(code ?? 1));
  });
}
