// Plugin of `serverless` (osls) for serverless.yml: makes the package before it is wanted. Plain JavaScript in CommonJS,
// because `serverless` loads it on any Node. `custom.faasm.functions` names a folder of functions to put into the package.
'use strict';
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

/** Architectures as AWS names them, and as Node does. */
const ARCHITECTURES = { x86_64: 'x64', arm64: 'arm64' };

module.exports = class FaasmPackage {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = { 'before:package:createDeploymentArtifacts': () => this.package() };
  }

  package() {
    const { service, serviceDir } = this.serverless;
    const folder = service.custom?.faasm?.functions;
    const functions = folder ? ['--functions', folder] : [];
    const made = this.faasm('package', 'aws-lambda', '--output', 'build/aws-lambda', ...functions);
    const architecture = service.provider.architecture ?? 'x86_64';
    if (!made.native.includes(ARCHITECTURES[architecture])) {
      throw this.error(`The package has no native layer for ${architecture}. ${made.warnings.join(' ')}`);
    }
    service.package.artifact = join(serviceDir, 'build/aws-lambda/faasm.zip');
  }

  /** Runs `faasm` and answers what it printed as JSON. */
  faasm(...args) {
    const command = [join(__dirname, 'faasm.js'), ...args, '--json'];
    const { serviceDir: cwd } = this.serverless;
    const { status, stdout, error } = spawnSync(process.execPath, command, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (error) throw error;
    const answer = JSON.parse(stdout || '{}');
    if (status === 0) return answer;
    throw this.error(answer.error?.message ?? `faasm ${args[0]} ended with code ${status}`);
  }

  error(message) {
    return new this.serverless.classes.Error(message, 'FAASM_PACKAGE');
  }
};
