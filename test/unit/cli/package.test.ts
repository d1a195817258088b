import { describe, expect, it } from '@jest/globals';
import type { Platform } from '../../../src/cli/context.ts';
import { FaasmError } from '../../../src/core/errors.ts';
import { runCli } from './support.ts';

const MADE = { file: '/out/faasm.zip', sizeBytes: 300_000, functions: ['demo/hello'], warnings: ['No arm64.'] };

/** A platform that writes down what it is asked for. */
function recording(error?: Error) {
  const asked: unknown[] = [];
  const answer = async <T>(wish: unknown, value: T): Promise<T> => {
    asked.push(wish);
    if (error !== undefined) throw error;
    return value;
  };
  const platform: Platform = {
    package: (options) => answer(options, MADE),
    deploy: (options) => answer(options, undefined),
  };
  return { asked, platform };
}

describe('faasm package', () => {
  it('writes where it is told, and says what is missing beside the result', async () => {
    const { asked, platform } = recording();
    const args = ['package', 'aws-lambda', '-o', 'out', '--functions', '/func'];
    const outcome = await runCli(args, { lambda: platform, cwd: '/work' });
    expect(asked).toEqual([{ outDir: '/work/out', functionsDir: '/func' }]);
    expect([outcome.exit, outcome.stdout, outcome.stderr]).toEqual([
      0,
      '/out/faasm.zip (293 KiB, 1 function)\n',
      'No arm64.\n',
    ]);
  });

  it('has a folder for each platform, and answers everything as JSON', async () => {
    const { asked, platform } = recording();
    const outcome = await runCli(['package', 'aws-lambda', '--json'], { lambda: platform, cwd: '/work' });
    expect(asked).toEqual([{ outDir: '/work/build/aws-lambda' }]);
    expect([JSON.parse(outcome.stdout), outcome.stderr]).toEqual([MADE, '']);
  });

  it('knows no other platform', async () => {
    const { exit, stderr } = await runCli(['package', 'moon']);
    expect([exit, stderr]).toEqual([2, expect.stringContaining('aws-lambda')]);
  });

  it('fails with what the platform says', async () => {
    const { platform } = recording(new FaasmError('BAD_REQUEST', 'There is no function in /func.'));
    const { exit, stderr } = await runCli(['package', 'aws-lambda'], { lambda: platform });
    expect([exit, stderr]).toEqual([1, expect.stringContaining('There is no function in /func.')]);
  });
});

describe('faasm deploy', () => {
  it('hands over the folder, the environment and what stands behind --', async () => {
    const { asked, platform } = recording();
    const env = { AWS_PROFILE: 'mine' };
    const args = ['deploy', 'aws-lambda', '--', '--stage', 'prod'];
    expect((await runCli(args, { lambda: platform, cwd: '/work', env })).exit).toBe(0);
    expect(asked).toEqual([{ folder: '/work', environment: env, args: ['--stage', 'prod'] }]);
  });

  it('fails when the deployment does', async () => {
    const { platform } = recording(new FaasmError('INTERNAL', 'osls deploy ended with code 1.'));
    const { exit, stderr } = await runCli(['deploy', 'aws-lambda'], { lambda: platform });
    expect([exit, stderr]).toEqual([1, expect.stringContaining('code 1')]);
  });
});
