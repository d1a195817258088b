import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { deployToLambda } from '../../../adapters/aws-lambda/deploy.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

/** A service whose `osls` writes down what it was told and ends with a code. */
async function service(exitCode: number): Promise<void> {
  const home = join(folder, 'node_modules/osls');
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeFile(join(home, 'package.json'), '{"name":"osls"}');
  await writeFile(
    join(home, 'bin/serverless.js'),
    `const { AWS_PROFILE, SLS_TELEMETRY_DISABLED } = process.env;
     const told = { args: process.argv.slice(2), cwd: process.cwd(), AWS_PROFILE, SLS_TELEMETRY_DISABLED };
     require('node:fs').writeFileSync('told.json', JSON.stringify(told));
     process.exit(${exitCode});`,
  );
  await writeFile(join(folder, 'package.json'), '{}');
  await writeFile(join(folder, 'serverless.yml'), 'service: mine\n');
}

const deploy = (environment: Record<string, string>, ...args: string[]) =>
  deployToLambda({ folder, environment: { HOME: folder, ...environment }, args });

describe('faasm deploy aws-lambda', () => {
  it('runs osls deploy with what it was given', async () => {
    await service(0);
    await deploy({ AWS_PROFILE: 'mine' }, '--stage', 'prod');
    expect(JSON.parse(await readFile(join(folder, 'told.json'), 'utf8'))).toEqual({
      args: ['deploy', '--stage', 'prod'],
      cwd: folder,
      AWS_PROFILE: 'mine',
      SLS_TELEMETRY_DISABLED: '1',
    });
  });

  it('writes serverless.yml where there is none, and stops', async () => {
    await expect(deploy({ AWS_PROFILE: 'mine' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('read it'),
    });
    expect(await readFile(join(folder, 'serverless.yml'), 'utf8')).toContain('runtime: nodejs24.x');
  });

  it('asks for credentials before anything is begun', async () => {
    await service(0);
    await expect(deploy({})).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('AWS_PROFILE'),
    });
    await expect(readFile(join(folder, 'told.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes credentials from the files of the AWS tools', async () => {
    await service(0);
    await mkdir(join(folder, '.aws'));
    await writeFile(join(folder, '.aws/credentials'), '');
    await deploy({});
    expect(JSON.parse(await readFile(join(folder, 'told.json'), 'utf8')).args).toEqual(['deploy']);
  });

  it('fails when osls does', async () => {
    await service(3);
    await expect(deploy({ AWS_PROFILE: 'mine' })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('code 3'),
    });
  });
});
