import type { StateEntry } from '../../core/global-state.ts';
import { fileBody } from '../body.ts';
import { pathOf } from '../client.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { sizeText, table } from '../format.ts';
import { type OwnedPath, stateKey, userPrefix } from '../names.ts';
import { file, operand, text, value } from '../option.ts';
import { saveBody } from '../save.ts';
import { oneSource } from './put-source.ts';

const statePath = ({ user, path }: OwnedPath): string => `/v1/state${pathOf(user, path)}`;

const get = defineCommand({
  name: 'state get',
  summary: 'print a state value',
  operands: { key: operand(stateKey, 'one', 'The key.') },
  options: { output: value(file(), 'Write the value here.', 'o') },
  examples: [{ command: 'faasm state get demo/text', does: 'the bytes as they are' }],
  async run(cli, { operands: { key }, options: { output } }) {
    const response = await cli.client.request('GET', statePath(key));
    if (!cli.json) {
      await saveBody(cli, response, output);
      return EXIT.success;
    }
    const id = { user: key.user, key: key.path };
    if (output !== undefined) cli.printJson({ ...id, sizeBytes: await saveBody(cli, response, output), file: output });
    else {
      const bytes = Buffer.from(await response.arrayBuffer());
      cli.printJson({ ...id, sizeBytes: bytes.length, valueBase64: bytes.toString('base64') });
    }
    return EXIT.success;
  },
});

const put = defineCommand({
  name: 'state put',
  summary: 'replace a state value',
  operands: {
    key: operand(stateKey, 'one', 'The key.'),
    file: operand(file(), 'optional', 'A file that holds the value; - for the standard input.'),
  },
  options: { value: value(text('text'), 'The value itself.') },
  examples: [
    { command: "faasm state put demo/text --value 'the quick brown fox'", does: 'a short value' },
    { command: 'faasm state put demo/model model.bin', does: 'the bytes of a file' },
  ],
  async run(cli, { operands: { key, file: path }, options }) {
    const source = oneSource(path, options.value, `faasm state put ${key.user}/${key.path}`);
    const body = 'text' in source ? { body: source.text } : await fileBody(cli, source.file);
    const entry = await cli.client.json<StateEntry>('PUT', statePath(key), body);
    if (cli.json) cli.printJson({ user: key.user, ...entry });
    else cli.print(`${key.user}/${key.path} is stored (${sizeText(entry.sizeBytes)})`);
    return EXIT.success;
  },
});

const ls = defineCommand({
  name: 'state ls',
  summary: 'list state keys of a user',
  operands: { prefix: operand(userPrefix, 'one', 'The user, perhaps with what the keys begin with.') },
  options: {},
  examples: [
    { command: 'faasm state ls demo', does: 'all keys' },
    { command: 'faasm state ls demo/model', does: 'keys that begin with model' },
  ],
  async run(cli, { operands: { prefix } }) {
    const query = { prefix: prefix.path === '' ? undefined : prefix.path };
    const path = `/v1/state${pathOf(prefix.user)}`;
    const answer = await cli.client.json<{ keys: readonly StateEntry[] }>('GET', path, { query });
    if (cli.json) cli.printJson(answer);
    else {
      const rows = answer.keys.map(({ key, sizeBytes }) => [sizeText(sizeBytes), key]);
      for (const line of table([{ title: 'SIZE', right: true }, { title: 'KEY' }], rows)) cli.print(line);
    }
    return EXIT.success;
  },
});

const rm = defineCommand({
  name: 'state rm',
  summary: 'remove a state value',
  operands: { key: operand(stateKey, 'one', 'The key.') },
  options: {},
  examples: [{ command: 'faasm state rm demo/text', does: 'the key holds nothing any more' }],
  async run(cli, { operands: { key } }) {
    await cli.client.request('DELETE', statePath(key));
    if (cli.json) cli.printJson({ removed: true });
    else cli.print(`${key.user}/${key.path} is removed`);
    return EXIT.success;
  },
});

/** Commands about state. */
export const stateCommands: readonly Command[] = [get, put, ls, rm];
