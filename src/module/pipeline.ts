import type { ImportCatalogue, ModuleArtifact } from './artifact.ts';
import { walkCode } from './code-walk.ts';
import type { GlobalDeclaration } from './declarations.ts';
import { resolveEntry } from './entry.ts';
import { cutImage } from './image.ts';
import { checkImports } from './import-check.ts';
import { parseModule } from './parsed-module.ts';
import { rewriteModule } from './rewrite.ts';
import { clampTables } from './table-limits.ts';

const MAX_PAGES = 65_536;

/**
 * Checks an uploaded binary and derives what Faaslets are made from. The upload is only read, and nothing of the result
 * points into it. Work is bounded by its size. The code is walked, not typed: compile the result to know that it is valid.
 *
 * Throws `MODULE_INVALID` (not a WebAssembly binary), `MODULE_UNSUPPORTED` (a feature or size the host does not allow),
 * `MODULE_IMPORTS` (all imports that `catalogue` lacks) or `MODULE_NO_ENTRY`; no other error.
 */
export function deriveArtifact(upload: Uint8Array, catalogue: ImportCatalogue): ModuleArtifact {
  const module = parseModule(upload);
  const imports = checkImports(module.imports, catalogue);
  const tableMaxima = clampTables(module.tables);
  const entry = resolveEntry(module);
  const scan = walkCode(module);
  const initialPages = module.memory?.minimum ?? 0;
  const image = cutImage(module.data, initialPages);
  const globals = [...module.globals.keys()].filter((index) => isSaved(module.globals[index]));
  const plan = { module, scan, initialPages, tableMaxima, globals, cut: image !== undefined };
  const { wasm, sized, grows } = rewriteModule(plan);

  const unprovable = [...scan.unprovable];
  const unsaved = module.globals.findIndex(({ mutable, type }) => mutable && !isNumeric(type));
  if (unsaved >= 0) unprovable.push(`mutable global ${unsaved} of type ${module.globals[unsaved]?.type}`);
  if (image === undefined) unprovable.push('active data segment whose offset is not constant');
  return {
    wasm,
    imports,
    entry,
    memory: { initialPages, maximumPages: module.memory?.maximum ?? MAX_PAGES, sized, grows },
    image: image ?? [],
    globals,
    tables: module.tables.length,
    start: module.start !== undefined,
    unprovable,
  };
}

function isSaved(global: GlobalDeclaration | undefined): boolean {
  return global?.mutable === true && isNumeric(global.type);
}

function isNumeric(type: string): boolean {
  return type === 'i32' || type === 'i64' || type === 'f32' || type === 'f64';
}
