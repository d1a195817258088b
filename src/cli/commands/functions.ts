import type { FunctionDocument } from '../../core/function-document.ts';
import type { FunctionRef } from '../../core/names.ts';
import { pathOf } from '../client.ts';
import { type Command, defineCommand } from '../command.ts';
import type { Cli } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { relativeTime, sizeText, table } from '../format.ts';
import { functionName, userName, version, versionedName } from '../names.ts';
import { count, file, flag, operand, value } from '../option.ts';
import { saveBody } from '../save.ts';

const functions = defineCommand({
  name: 'functions',
  summary: 'list the functions of the host',
  details: ['An administrator sees the functions of all users, everybody else their own.'],
  operands: { user: operand(userName, 'optional', 'Only functions of this user.') },
  options: { long: flag("With the current version's id, size and age.", 'l') },
  examples: [
    { command: 'faasm functions', does: 'names, one a line' },
    { command: 'faasm functions demo --long', does: 'of one user, with their versions' },
  ],
  async run(cli, { operands: { user }, options }) {
    const path = `/v1/functions${user === undefined ? '' : pathOf(user)}`;
    const { functions: found } = await cli.client.json<{ functions: readonly FunctionRef[] }>('GET', path);
    if (!options.long) {
      if (cli.json) cli.printJson({ functions: found });
      else for (const { user: owner, function: name } of found) cli.print(`${owner}/${name}`);
      if (found.length === 0) {
        cli.note(
          `${user ?? 'The host'} has no functions yet: faasm upload ${user ?? 'demo'}/hello hello.wasm adds one.`,
        );
      }
      return EXIT.success;
    }
    const documents: FunctionDocument[] = [];
    for (const ref of found) documents.push(await cli.client.json<FunctionDocument>('GET', functionPath(ref)));
    if (cli.json) cli.printJson({ functions: documents });
    else {
      const rows = documents.map((document) => [
        `${document.user}/${document.function}`,
        ...versionCells(cli, document),
      ]);
      for (const line of table([{ title: 'FUNCTION' }, ...VERSION_COLUMNS], rows)) cli.print(line);
    }
    return EXIT.success;
  },
});

const versions = defineCommand({
  name: 'versions',
  summary: 'list the versions of a function',
  details: ['Newest first. The current one, which calls get, is marked with *.'],
  operands: { function: operand(functionName, 'one', 'The function.') },
  options: {},
  examples: [{ command: 'faasm versions demo/hello', does: 'all versions that are kept' }],
  async run(cli, { operands: { function: ref } }) {
    const answer = await cli.client.json<{ current: string; versions: readonly FunctionDocument[] }>(
      'GET',
      `${functionPath(ref)}/versions`,
    );
    if (cli.json) cli.printJson(answer);
    else {
      const rows = answer.versions.map((document) => [
        document.version === answer.current ? '*' : '',
        ...versionCells(cli, document),
        document.sha256.slice(0, 12),
      ]);
      for (const line of table([{ title: '' }, ...VERSION_COLUMNS, { title: 'SHA-256' }], rows)) cli.print(line);
    }
    return EXIT.success;
  },
});

const rollback = defineCommand({
  name: 'rollback',
  summary: 'make another version of a function the current one',
  operands: {
    function: operand(functionName, 'one', 'The function.'),
    version: operand(version, 'optional', 'The version to go to. Default: the one before the current one.'),
  },
  options: {},
  examples: [
    { command: 'faasm rollback demo/hello', does: 'back to the version before' },
    { command: 'faasm rollback demo/hello 20261121T064237123Z-1a2b3c4d', does: 'to this version' },
  ],
  async run(cli, { operands: { function: ref, version: to } }) {
    const json = to === undefined ? {} : { version: to };
    const document = await cli.client.json<FunctionDocument>('POST', `${functionPath(ref)}/rollback`, { json });
    if (cli.json) cli.printJson(document);
    else cli.print(`${ref.user}/${ref.function} is now at version ${document.version}`);
    return EXIT.success;
  },
});

const remove = defineCommand({
  name: 'remove',
  summary: 'remove a function, or one of its versions',
  details: ['Calls under way end as if nothing had happened. State and files of the user stay.'],
  operands: { function: operand(versionedName, 'one', 'The function, or user/function@version for one version.') },
  options: {},
  examples: [
    { command: 'faasm remove demo/hello', does: 'the function with all its versions' },
    { command: 'faasm remove demo/hello@1a2b3c4d', does: 'a version that is not the current one' },
  ],
  async run(cli, { operands: { function: name } }) {
    const which = name.version === undefined ? '' : `/versions${pathOf(name.version)}`;
    await cli.client.request('DELETE', functionPath(name) + which);
    const shown = `${name.user}/${name.function}${name.version === undefined ? '' : `@${name.version}`}`;
    if (cli.json) cli.printJson({ removed: true });
    else cli.print(`${shown} is removed`);
    return EXIT.success;
  },
});

const collect = defineCommand({
  name: 'collect',
  summary: 'remove old versions of a function',
  details: ['The current version stays, however old it is.'],
  operands: { function: operand(functionName, 'one', 'The function.') },
  options: { keep: value(count('number', 1, 1_000_000), "Versions to keep. Default: the host's FAASM_VERSIONS_KEPT.") },
  examples: [{ command: 'faasm collect demo/hello --keep 3', does: 'all but the three newest' }],
  async run(cli, { operands: { function: ref }, options: { keep } }) {
    const json = keep === undefined ? {} : { keep };
    const answer = await cli.client.json<{ removed: readonly string[] }>('POST', `${functionPath(ref)}/collect`, {
      json,
    });
    if (cli.json) cli.printJson(answer);
    else for (const id of answer.removed) cli.print(id);
    if (answer.removed.length === 0) cli.note('There was nothing to remove.');
    return EXIT.success;
  },
});

const download = defineCommand({
  name: 'download',
  summary: 'get the WebAssembly module of a function back',
  operands: { function: operand(versionedName, 'one', 'The function, perhaps with a version.') },
  options: {
    output: value(file(), 'Write it here. Default: <function>.wasm in the current folder; - prints it.', 'o'),
  },
  examples: [
    { command: 'faasm download demo/hello', does: 'writes hello.wasm' },
    { command: 'faasm download demo/hello@1a2b3c4d -o - | sha256sum', does: 'the bytes of a version' },
  ],
  async run(cli, { operands: { function: name }, options }) {
    const response = await cli.client.request('GET', `${functionPath(name)}/wasm`, {
      query: { version: name.version },
    });
    const target = options.output ?? `${name.function}.wasm`;
    const sizeBytes = await saveBody(cli, response, target === '-' ? undefined : target);
    if (target === '-') return EXIT.success;
    if (cli.json) cli.printJson({ file: target, sizeBytes });
    else cli.print(`${target} (${sizeText(sizeBytes)})`);
    return EXIT.success;
  },
});

const VERSION_COLUMNS = [{ title: 'VERSION' }, { title: 'SIZE', right: true }, { title: 'UPLOADED' }];

function versionCells(cli: Cli, document: FunctionDocument): string[] {
  return [document.version, sizeText(document.sizeBytes), relativeTime(document.createdAt, cli.now())];
}

/** The address of a function. */
export function functionPath(ref: FunctionRef): string {
  return `/v1/functions${pathOf(ref.user, ref.function)}`;
}

/** Commands about functions and their versions. */
export const functionCommands: readonly Command[] = [functions, versions, rollback, remove, collect, download];
