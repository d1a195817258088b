import { FaasmError } from '../core/errors.ts';
import type { FunctionImport, ImportCatalogue } from './artifact.ts';
import { importAdvice } from './import-advice.ts';
import type { ImportDeclaration } from './import-section.ts';
import { quoted } from './module-errors.ts';
import { formatSignature, sameSignature } from './value-types.ts';

/** More lines than this help nobody, and an upload could make the message as large as itself. */
const MAX_LISTED = 500;

/**
 * Compares the imports with what the host has and returns the functions among them. Throws one `MODULE_IMPORTS` that
 * lists every import the host lacks or has with another signature.
 */
export function checkImports(
  imports: readonly ImportDeclaration[],
  catalogue: ImportCatalogue,
): readonly FunctionImport[] {
  const functions: FunctionImport[] = [];
  const missing: ImportDeclaration[] = [];
  const problems: string[] = [];
  for (const each of imports) {
    if (each.kind === 'function') {
      const { module, name, type } = each;
      functions.push({ module, name, params: type.params, results: type.results });
    }
    const problem = findProblem(each, catalogue);
    if (problem === undefined) continue;
    missing.push(each);
    problems.push(`${label(each)}${problem}`);
  }
  if (problems.length === 0) return functions;
  const listed = problems.slice(0, MAX_LISTED);
  if (problems.length > MAX_LISTED) listed.push(`and ${problems.length - MAX_LISTED} more`);
  throw new FaasmError(
    'MODULE_IMPORTS',
    `The host cannot satisfy ${problems.length} import${problems.length === 1 ? '' : 's'} of the module:\n` +
      `${listed.map((line) => `  ${line}`).join('\n')}\n${importAdvice(missing.slice(0, MAX_LISTED))}`,
  );
}

function label({ module, name }: ImportDeclaration): string {
  return `${quoted(module)} ${quoted(name)}`;
}

function findProblem(declared: ImportDeclaration, catalogue: ImportCatalogue): string | undefined {
  if (declared.kind === 'memory') return undefined;
  if (declared.kind !== 'function') return `: ${declared.kind} imports are not supported`;
  const accepted = catalogue(declared.module, declared.name);
  const wanted = formatSignature(declared.type);
  if (accepted === undefined) return `: ${wanted} is not offered`;
  if (accepted.some((type) => sameSignature(type, declared.type))) return undefined;
  return `: ${wanted}, the host has ${accepted.map(formatSignature).join(' or ')}`;
}
