import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ERROR_TABLE } from '../../../src/core/errors.ts';
import { catalogue, IMPORT_GROUPS } from '../../../src/host/groups.ts';
import { ERRNO } from '../../../src/host/wasi/errno.ts';

/** A row of the page's tables of imports. */
interface Row {
  readonly name: string;
  readonly signatures: readonly string[];
  readonly meaning: string;
  readonly errors: readonly string[];
}

const page = await readFile(new URL('../../../docs/host-interface.md', import.meta.url), 'utf8');

/** Texts in backticks. */
function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner ?? '');
}

/** The rows below `## Module <module>`. */
function rowsOf(module: string): Row[] {
  const section = page.split('\n## ').find((part) => part.startsWith(`Module ${module}\n`)) ?? '';
  const cells = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return cells.map(([, name = '', signatures = '', meaning = '', errors = '']) => ({
    name: name.slice(1, -1),
    // Names of parameters are for readers.
    signatures: quoted(signatures).map((text) => text.replaceAll(/\w+: /g, '')),
    meaning,
    errors: quoted(errors),
  }));
}

function signaturesOf(module: string, name: string): string[] {
  return (catalogue(module, name) ?? []).map(
    ({ params, results }) => `(${params.join(', ')})${results.length > 0 ? ` -> ${results.join(', ')}` : ''}`,
  );
}

describe.each([...new Set(IMPORT_GROUPS.map(({ module }) => module))])('host-interface.md, module %s', (module) => {
  // What one module name shares with another is described there.
  const known = IMPORT_GROUPS.slice(
    0,
    IMPORT_GROUPS.findIndex((group) => group.module === module),
  );
  const described = new Set(known.flatMap((group) => group.functions));
  const functions = IMPORT_GROUPS.filter((group) => group.module === module)
    .flatMap((group) => group.functions)
    .filter((each) => !described.has(each));
  const rows = rowsOf(module);

  it('has every function once, and no other', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(functions.map(({ name }) => name).sort());
  });

  it.each(functions.map(({ name, waits }) => [name, waits !== undefined] as const))(
    '%s is as in the source',
    (name, waits) => {
      const row = rows.find((each) => each.name === name);
      expect([...(row?.signatures ?? [])].sort()).toEqual(signaturesOf(module, name).sort());
      expect(row?.meaning.endsWith(' Waits.')).toBe(waits);
    },
  );

  it('names errors that exist', () => {
    const known = new Set(module === 'env' ? Object.keys(ERROR_TABLE) : Object.keys(ERRNO));
    expect(rows.flatMap(({ errors }) => errors).filter((error) => !known.has(error))).toEqual([]);
  });
});
