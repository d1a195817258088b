import { resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { PLATFORMS } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, sizeText } from '../format.ts';
import { choice, file, operand, value } from '../option.ts';

const PLATFORM = operand(choice(...PLATFORMS), 'one', 'Where it is to run.');

const packageCommand = defineCommand({
  name: 'package',
  summary: 'make a package of this runtime for a platform',
  details: [
    'Writes an archive that holds the runtime and the native memory layer for x64 and arm64. Needs no host, no account and',
    'no network. docs/deploy says how to go on.',
  ],
  operands: { platform: PLATFORM },
  options: {
    output: value(file('folder'), 'Write it into this folder. Default: build/<platform>.', 'o'),
    functions: value(file('folder'), 'Put the functions of this folder into it: <user>/<name>.wasm.'),
  },
  examples: [
    { command: 'faasm package aws-lambda', does: 'writes build/aws-lambda/faasm.zip' },
    {
      command: 'faasm package aws-lambda --functions build/func -o out',
      does: 'with functions, which need no S3 then',
    },
  ],
  async run(cli, { operands: { platform }, options: { output, functions } }) {
    const made = await cli.platforms[platform]
      .package({
        outDir: resolve(cli.cwd, output ?? `build/${platform}`),
        ...(functions === undefined ? {} : { functionsDir: resolve(cli.cwd, functions) }),
      })
      .catch(fail);
    if (cli.json) {
      cli.printJson(made);
      return EXIT.success;
    }
    for (const warning of made.warnings) cli.note(cli.paint('yellow', warning));
    cli.print(`${made.file} (${sizeText(made.sizeBytes)}, ${plural(made.functions.length, 'function')})`);
    return EXIT.success;
  },
});

const deploy = defineCommand({
  name: 'deploy',
  summary: 'deploy the service of this folder to a platform',
  details: [
    'aws-lambda: deploys what serverless.yml in the current folder describes, through `osls deploy`; writes that file first',
    'where there is none, and stops, so that you can look at it. Creates things that cost money: see',
    'docs/deploy/aws-lambda.md.',
  ],
  operands: { platform: PLATFORM },
  options: {},
  rest: "arguments for the platform's own tool",
  examples: [
    { command: 'faasm deploy aws-lambda', does: 'to the region and account of the AWS settings' },
    { command: 'faasm deploy aws-lambda -- --stage prod --region eu-west-1', does: 'arguments for osls' },
  ],
  async run(cli, { operands: { platform }, rest }) {
    await cli.platforms[platform].deploy({ folder: cli.cwd, environment: cli.env, args: rest }).catch(fail);
    return EXIT.success;
  },
});

/** Packages for platforms, and their deployment. */
export const packageCommands = [packageCommand, deploy];

/** Errors of platforms have their advice in the message. */
function fail(error: { readonly code?: string; readonly message: string }): never {
  if (error.code === undefined) throw error;
  throw new CliError(error.code, EXIT.failed, error.message);
}
