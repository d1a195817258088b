// Provides redis-server, for the tests of the state in Redis, and openssl, which makes the certificates of those with TLS:
// Debian's packages. The first also installs a service of the system, which is kept from starting: the tests start their own
// servers.
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { providePackages } from './debian-packages.ts';

/** Where Debian puts it. It is the sentinel, too, when it is asked to be. */
export const REDIS_SERVER = '/usr/bin/redis-server';

const PACKAGES = [
  { name: 'redis-server', file: REDIS_SERVER },
  { name: 'openssl', file: '/usr/bin/openssl' },
] as const;

/** Asked by Debian's packages before they start a service; 101: not allowed. */
const POLICY = '/usr/sbin/policy-rc.d';

/** Installs what is missing of Redis. Answers what could not be had and why, undefined when all is there. Never rejects. */
export async function provideRedis(): Promise<string | undefined> {
  try {
    const missing = (): string[] => PACKAGES.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
    if (missing().length === 0) return undefined;
    return await withoutServices(() => providePackages('Redis for tests', async () => missing()));
  } catch (error) {
    return `Redis for tests: ${(error as Error).message}`;
  }
}

async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0 || existsSync(POLICY)) return work();
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    await rm(POLICY, { force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const problem = await provideRedis();
  console.log(problem ?? 'Redis for tests: ready');
  process.exitCode = problem === undefined ? 0 : 1;
}
