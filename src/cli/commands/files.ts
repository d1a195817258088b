import type { FileEntry } from '../../core/ports.ts';
import { fileBody } from '../body.ts';
import { pathOf } from '../client.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { relativeTime, sizeText, table } from '../format.ts';
import { type OwnedPath, filePath as pathKind, userPrefix } from '../names.ts';
import { file, operand, text, value } from '../option.ts';
import { saveBody } from '../save.ts';
import { oneSource } from './put-source.ts';

const filePath = ({ user, path }: OwnedPath): string => `/v1/files${pathOf(user, ...path.split('/'))}`;

const get = defineCommand({
  name: 'file get',
  summary: 'print a shared file',
  operands: { path: operand(pathKind, 'one', 'The file.') },
  options: { output: value(file(), 'Write it here.', 'o') },
  examples: [
    { command: 'faasm file get demo/models/small.bin -o small.bin', does: 'writes it to a file of this machine' },
  ],
  async run(cli, { operands: { path }, options: { output } }) {
    const response = await cli.client.request('GET', filePath(path));
    if (!cli.json) {
      await saveBody(cli, response, output);
      return EXIT.success;
    }
    if (output !== undefined)
      cli.printJson({ ...path, sizeBytes: await saveBody(cli, response, output), file: output });
    else {
      const bytes = Buffer.from(await response.arrayBuffer());
      cli.printJson({ ...path, sizeBytes: bytes.length, contentBase64: bytes.toString('base64') });
    }
    return EXIT.success;
  },
});

const put = defineCommand({
  name: 'file put',
  summary: 'store a shared file, which functions of the user can read',
  details: ['Files of the user `shared` can be read by functions of all users; only an administrator stores them.'],
  operands: {
    path: operand(pathKind, 'one', 'What the file is to be called.'),
    file: operand(file(), 'optional', 'A file of this machine; - for the standard input.'),
  },
  options: { value: value(text('text'), 'The content itself.') },
  examples: [{ command: 'faasm file put demo/models/small.bin small.bin', does: 'a file of this machine' }],
  async run(cli, { operands: { path, file: source }, options }) {
    const from = oneSource(source, options.value, `faasm file put ${path.user}/${path.path}`);
    const body = 'text' in from ? { body: from.text } : await fileBody(cli, from.file);
    const entry = await cli.client.json<Omit<FileEntry, 'modifiedAt'>>('PUT', filePath(path), body);
    if (cli.json) cli.printJson({ user: path.user, ...entry });
    else cli.print(`${path.user}/${path.path} is stored (${sizeText(entry.sizeBytes)})`);
    return EXIT.success;
  },
});

const ls = defineCommand({
  name: 'file ls',
  summary: 'list shared files of a user',
  operands: { prefix: operand(userPrefix, 'one', 'The user, perhaps with what the paths begin with.') },
  options: {},
  examples: [{ command: 'faasm file ls demo/models/', does: 'what lies in a folder' }],
  async run(cli, { operands: { prefix } }) {
    const query = { prefix: prefix.path === '' ? undefined : prefix.path };
    const path = `/v1/files${pathOf(prefix.user)}`;
    const answer = await cli.client.json<{ files: readonly FileEntry[] }>('GET', path, { query });
    if (cli.json) cli.printJson(answer);
    else {
      const columns = [{ title: 'SIZE', right: true }, { title: 'CHANGED' }, { title: 'PATH' }];
      const rows = answer.files.map((entry) => [
        sizeText(entry.sizeBytes),
        relativeTime(entry.modifiedAt, cli.now()),
        entry.path,
      ]);
      for (const line of table(columns, rows)) cli.print(line);
    }
    return EXIT.success;
  },
});

const rm = defineCommand({
  name: 'file rm',
  summary: 'remove a shared file',
  operands: { path: operand(pathKind, 'one', 'The file.') },
  options: {},
  examples: [{ command: 'faasm file rm demo/models/small.bin', does: 'functions do not find it any more' }],
  async run(cli, { operands: { path } }) {
    await cli.client.request('DELETE', filePath(path));
    if (cli.json) cli.printJson({ removed: true });
    else cli.print(`${path.user}/${path.path} is removed`);
    return EXIT.success;
  },
});

/** Commands about shared files. */
export const fileCommands: readonly Command[] = [get, put, ls, rm];
