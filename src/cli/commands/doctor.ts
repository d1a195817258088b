import { type Config, loadConfig, unknownVariables } from '../../config.ts';
import { defineCommand } from '../command.ts';
import type { Cli, Style } from '../context.ts';
import { type Finding, fail, ok, warn } from '../doctor/finding.ts';
import { checkConnection, checkLayer, checkPorts, checkStore } from '../doctor/host.ts';
import { checkCache, checkCompilers, checkKernel, checkMachine, checkNode } from '../doctor/machine.ts';
import { EXIT } from '../exit-codes.ts';
import { plural, printable } from '../format.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check this machine, its settings, and the host',
  details: [
    'Tries what `faasm up` would do with the settings that are set here: starts a host without ports and writes a file',
    'in its store, which is removed again. Exit code 1 when something keeps a host from working.',
  ],
  operands: {},
  options: {},
  examples: [
    { command: 'faasm doctor', does: 'a line for each check, and what to do' },
    { command: 'FAASM_STORE=s3 FAASM_S3_BUCKET=functions faasm doctor', does: 'before using a bucket' },
  ],
  async run(cli) {
    const findings: Finding[] = [];
    const tell = (finding: Finding): void => {
      findings.push(finding);
      if (!cli.json) print(cli, finding);
    };
    tell(checkNode());
    tell(checkKernel());
    tell(checkMachine());
    const settings = readSettings(cli);
    tell(settings.finding);
    if (settings.config !== undefined) {
      const probe = await cli.localHost.probe(cli.env);
      tell(checkLayer(probe));
      tell(checkStore(probe));
      if (settings.config.store.kind === 's3') tell(await checkCache(cli, settings.config.store.cacheFolder));
      tell(await checkPorts(cli, settings.config));
    }
    tell(await checkCompilers(cli));
    tell(await checkConnection(cli));
    const failed = findings.filter(({ status }) => status === 'fail').length;
    if (cli.json) cli.printJson({ healthy: failed === 0, findings });
    else cli.print(failed === 0 ? 'Everything that is needed is there.' : `${plural(failed, 'check')} failed.`);
    return failed === 0 ? EXIT.success : EXIT.failed;
  },
});

function readSettings(cli: Cli): { readonly finding: Finding; readonly config?: Config } {
  try {
    const config = loadConfig(cli.env);
    const unknown = unknownVariables(cli.env);
    if (unknown.length === 0) return { config, finding: ok('settings', 'are all accepted') };
    const text = `${unknown.join(', ')}: no such setting`;
    return { config, finding: warn('settings', text, 'faasm config lists the settings.') };
  } catch (error) {
    return { finding: fail('settings', (error as Error).message, 'faasm config lists the settings.') };
  }
}

const STYLES: Readonly<Record<Finding['status'], Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };
const STATUS_WIDTH = 4;
const NAME_WIDTH = 12;

function print(cli: Cli, { name, status, text, advice }: Finding): void {
  const mark = cli.paint(STYLES[status], status.padEnd(STATUS_WIDTH));
  cli.print(`${mark}  ${name.padEnd(NAME_WIDTH)}  ${printable(text.replaceAll('\n', ' '))}`);
  if (advice !== undefined)
    cli.print(`${' '.repeat(STATUS_WIDTH + NAME_WIDTH + 4)}${printable(advice.replaceAll('\n', ' '))}`);
}
