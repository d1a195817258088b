import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FaasmError } from '../core/errors.ts';
import { RUNTIME_TREE, type Template, type TemplateDirectory } from '../host/wasi/template.ts';

/**
 * The file tree that calls start from: the built-in one with what the folder holds, whose files hide built-in ones. Read
 * once, into shared memory: threads get it without a copy. What is neither file, folder nor link is left out. Throws
 * `BAD_REQUEST` where the folder cannot be read.
 */
export async function readRuntimeRoot(folder: string | undefined): Promise<TemplateDirectory> {
  if (folder === undefined || folder === '') return RUNTIME_TREE;
  try {
    return merge(RUNTIME_TREE, await readDirectory(folder));
  } catch (error) {
    throw new FaasmError(
      'BAD_REQUEST',
      `The runtime root ${folder} cannot be read (${(error as Error).message}): check FAASM_RUNTIME_ROOT.`,
      error,
    );
  }
}

async function readDirectory(folder: string): Promise<TemplateDirectory> {
  const entries = new Map<string, Template>();
  const children = await readdir(folder, { withFileTypes: true });
  for (const child of children.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, child.name);
    if (child.isDirectory()) entries.set(child.name, await readDirectory(path));
    else if (child.isFile()) entries.set(child.name, { kind: 'file', bytes: await readShared(path) });
    // Resolved within the call's tree, wherever it leads on the host.
    else if (child.isSymbolicLink()) entries.set(child.name, { kind: 'link', target: await readlink(path) });
  }
  return { kind: 'directory', entries };
}

async function readShared(path: string): Promise<Uint8Array> {
  const contents = await readFile(path);
  const bytes = new Uint8Array(new SharedArrayBuffer(contents.length));
  bytes.set(contents);
  return bytes;
}

function merge(below: TemplateDirectory, above: TemplateDirectory): TemplateDirectory {
  const entries = new Map(below.entries);
  for (const [name, template] of above.entries) {
    const hidden = entries.get(name);
    const both = hidden?.kind === 'directory' && template.kind === 'directory';
    entries.set(name, both ? merge(hidden, template) : template);
  }
  return { kind: 'directory', entries };
}
