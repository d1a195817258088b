import { readFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const versionCommand = defineCommand({
  name: 'version',
  summary: 'show the version of this command line',
  operands: {},
  options: {},
  examples: [{ command: 'faasm version', does: 'version and Node' }],
  async run(cli) {
    const faasm = await productVersion();
    if (cli.json) cli.printJson({ faasm, node: process.versions.node });
    else cli.print(`faasm ${faasm} (Node ${process.versions.node})`);
    return EXIT.success;
  },
});

async function productVersion(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
