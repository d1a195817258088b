import type { StateEntry } from '../../core/global-state.ts';
import { fileBody, type RequestBody } from '../body.ts';
import { pathOf } from '../client.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { sizeText, table } from '../format.ts';
import { type OwnedPath, stateKey, userPrefix } from '../names.ts';
import { count, file, flag, operand, text, type ValueKind, value } from '../option.ts';
import { saveBody } from '../save.ts';
import { oneSource } from './put-source.ts';

const statePath = ({ user, path }: OwnedPath): string => `/v1/state${pathOf(user, path)}`;

const byteRange: ValueKind<string> = {
  placeholder: 'first-last',
  parse: (given) => (/^(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(given) ? given : undefined),
  accepts: 'bytes such as 0-99, 100- (from there on) or -100 (the last 100)',
};

const entityTag: ValueKind<string> = {
  placeholder: 'etag',
  parse: (given) => (given === '*' || /^"\d{1,16}"$/.test(given) ? given : quotedTag(given)),
  accepts: 'the etag that `state get --json` or `state put --json` showed, or * for any value',
};

/** Shells eat the quotes of an ETag. */
function quotedTag(given: string): string | undefined {
  return /^\d{1,16}$/.test(given) ? `"${given}"` : undefined;
}

const IF_MATCH = value(entityTag, 'Only if the value is still the one with this ETag.');

const get = defineCommand({
  name: 'state get',
  summary: 'print a state value',
  operands: { key: operand(stateKey, 'one', 'The key.') },
  options: {
    output: value(file(), 'Write the value here.', 'o'),
    range: value(byteRange, 'Only these bytes.'),
    'if-match': IF_MATCH,
  },
  examples: [
    { command: 'faasm state get demo/text', does: 'the bytes as they are' },
    { command: 'faasm state get demo/text --range 4-8', does: 'five bytes of them' },
    { command: 'faasm state get demo/text --json', does: 'with size and ETag, in base64' },
  ],
  async run(cli, { operands: { key }, options: { output, range, 'if-match': match } }) {
    const headers = { ...ifMatch(match), ...(range === undefined ? {} : { range: `bytes=${range}` }) };
    const response = await cli.client.request('GET', statePath(key), { headers });
    if (!cli.json) {
      await saveBody(cli, response, output);
      return EXIT.success;
    }
    const id = { user: key.user, key: key.path, etag: response.headers.get('etag') };
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
  options: {
    value: value(text('text'), 'The value itself.'),
    offset: value(count('bytes', 0, Number.MAX_SAFE_INTEGER), 'Write into the value from there on; its size stays.'),
    'if-match': IF_MATCH,
    new: flag('Only if the key holds no value.'),
  },
  examples: [
    { command: "faasm state put demo/text --value 'the quick brown fox'", does: 'a short value' },
    { command: 'faasm state put demo/model model.bin', does: 'the bytes of a file' },
    { command: 'faasm state put demo/text --value THE --offset 0', does: 'three bytes of a value that is there' },
    { command: 'faasm state put demo/text --value again --if-match 17', does: 'unless somebody has changed it' },
  ],
  async run(cli, { operands: { key, file: path }, options }) {
    const source = oneSource(path, options.value, `faasm state put ${key.user}/${key.path}`);
    const body: RequestBody = 'text' in source ? { body: source.text } : await fileBody(cli, source.file);
    const headers = {
      ...body.headers,
      ...ifMatch(options['if-match']),
      ...(options.new ? { 'if-none-match': '*' } : {}),
    };
    const { offset } = options;
    if (offset !== undefined) {
      const response = await cli.client.request('PATCH', statePath(key), { ...body, headers, query: { offset } });
      const etag = response.headers.get('etag');
      const written = (await response.json()) as object;
      if (cli.json) cli.printJson({ user: key.user, key: key.path, offset, ...written, etag });
      else cli.print(`${key.user}/${key.path} is changed from byte ${offset} on`);
      return EXIT.success;
    }
    const response = await cli.client.request('PUT', statePath(key), { ...body, headers });
    const entry = (await response.json()) as StateEntry;
    if (cli.json) cli.printJson({ user: key.user, ...entry, etag: response.headers.get('etag') });
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
  options: { 'if-match': IF_MATCH },
  examples: [{ command: 'faasm state rm demo/text', does: 'the key holds nothing any more' }],
  async run(cli, { operands: { key }, options }) {
    await cli.client.request('DELETE', statePath(key), { headers: ifMatch(options['if-match']) });
    if (cli.json) cli.printJson({ removed: true });
    else cli.print(`${key.user}/${key.path} is removed`);
    return EXIT.success;
  },
});

const push = defineCommand({
  name: 'state push',
  summary: 'have the host send what its functions have changed of a state value',
  operands: { key: operand(stateKey, 'one', 'The key.') },
  options: {},
  examples: [{ command: 'faasm state push demo/model', does: 'other hosts, and state get, see it from then on' }],
  async run(cli, { operands: { key } }) {
    const answer = await cli.client.json<object>('POST', statePath(key), { json: { op: 'push' } });
    if (cli.json) cli.printJson(answer);
    else cli.print(`${key.user}/${key.path} is pushed`);
    return EXIT.success;
  },
});

const pull = defineCommand({
  name: 'state pull',
  summary: 'have the host bring its copy of a state value up to date',
  operands: { key: operand(stateKey, 'one', 'The key.') },
  options: {},
  examples: [{ command: 'faasm state pull demo/model', does: 'functions of the host see what others have pushed' }],
  async run(cli, { operands: { key } }) {
    const answer = await cli.client.json<object>('POST', statePath(key), { json: { op: 'pull' } });
    if (cli.json) cli.printJson(answer);
    else cli.print(`${key.user}/${key.path} is up to date`);
    return EXIT.success;
  },
});

function ifMatch(tag: string | undefined): Readonly<Record<string, string>> {
  return tag === undefined ? {} : { 'if-match': tag };
}

/** Commands about state. */
export const stateCommands: readonly Command[] = [get, put, ls, rm, push, pull];
