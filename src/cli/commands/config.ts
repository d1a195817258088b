import { describeSettings } from '../../config.ts';
import { DEFAULT_HOST } from '../client.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../format.ts';

/** A setting with the value it has here. */
interface SettingValue {
  readonly env: string;
  readonly value: string;
  readonly source: 'default' | 'environment';
  readonly default: string;
  readonly meaning: string;
}

export const config = defineCommand({
  name: 'config',
  summary: 'show the settings that `faasm up` and this command line would use here, and where they come from',
  operands: {},
  options: {},
  examples: [
    { command: 'faasm config', does: 'all settings' },
    {
      command: 'faasm config --json | jq \'.settings[] | select(.source == "environment")\'',
      does: 'those that are set',
    },
  ],
  async run(cli) {
    const rows = [...describeSettings(), ...CLIENT].map(({ env, default: standard, meaning, secret }): SettingValue => {
      const given = cli.env[env]?.trim() ?? '';
      const shown = secret ? '(set)' : given;
      const source = given === '' ? 'default' : 'environment';
      return { env, value: given === '' ? standard : shown, source, default: standard, meaning };
    });
    if (cli.json) cli.printJson({ settings: rows });
    else {
      const columns = [{ title: 'SETTING' }, { title: 'VALUE' }, { title: 'FROM' }, { title: 'MEANING' }];
      const cells = rows.map(({ env, value, source, meaning }) => [env, value || '-', source, meaning]);
      for (const line of table(columns, cells)) cli.print(line);
    }
    return EXIT.success;
  },
});

/** Settings of the command line itself. */
const CLIENT = [
  { env: 'FAASM_HOST', default: DEFAULT_HOST, meaning: 'The host that this command line speaks to.', secret: false },
  { env: 'FAASM_TOKEN', default: '', meaning: 'The token that this command line sends.', secret: true },
];
