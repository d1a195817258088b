import { FaasmError } from '../core/errors.ts';
import type { Entry, FunctionType } from './artifact.ts';
import { invalidModule, quoted } from './module-errors.ts';
import type { ParsedModule } from './parsed-module.ts';
import { formatFunction, formatSignature, sameSignature } from './value-types.ts';

const VOID: FunctionType = { params: [], results: [] };
const STATUS: FunctionType = { params: [], results: ['i32'] };
const MAIN: FunctionType = { params: ['i32', 'i32'], results: ['i32'] };

const MAX_LISTED = 30;
const ACCEPTED =
  'Accepted entry points: _start () -> (); main (i32, i32) -> i32, () -> i32 or () -> (); ' +
  '_asMain or __main_void () -> i32 or () -> (). ' +
  'Beside them _faasm_zygote may be () -> i32 or () -> (), and _initialize, __wasm_call_ctors, __wasm_call_dtors () -> ().';

/** Finds how calls enter the module, by what it exports. Throws `MODULE_NO_ENTRY` with what was found and is accepted. */
export function resolveEntry(module: ParsedModule): Entry {
  const exports = exportedFunctions(module);
  const has = (name: string): boolean => exports.has(name);
  const kindOf = (name: string, ...accepted: readonly FunctionType[]): Entry['kind'] => {
    const type = exports.get(name);
    if (type === undefined || !accepted.some((each) => sameSignature(each, type))) throw noEntry(exports, name);
    return type.params.length === 0 ? 'plain' : 'main';
  };
  const optional = (name: string, ...accepted: readonly FunctionType[]): string | undefined => {
    if (!has(name)) return undefined;
    kindOf(name, ...accepted);
    return name;
  };

  const zygote = optional('_faasm_zygote', STATUS, VOID);
  const common = zygote === undefined ? {} : { zygote };
  const ctors = optional('__wasm_call_ctors', VOID);
  const faasm = zygote !== undefined && ctors !== undefined;
  if (has('_start') && !(faasm && (has('__main_void') || has('main')))) {
    kindOf('_start', VOID);
    return { name: '_start', kind: 'wasi', initialisers: [], ...common };
  }
  const order = faasm ? ['__main_void', 'main', '_asMain'] : ['main', '_asMain', '__main_void'];
  const name = order.find(has);
  if (name === undefined) throw noEntry(exports);
  const kind = name === 'main' ? kindOf(name, MAIN, STATUS, VOID) : kindOf(name, STATUS, VOID);
  const initialiser = faasm ? ctors : (optional('_initialize', VOID) ?? ctors);
  const initialisers = initialiser === undefined ? [] : [initialiser];
  const finaliser = optional('__wasm_call_dtors', VOID);
  return { name, kind, initialisers, ...common, ...(finaliser === undefined ? {} : { finaliser }) };
}

function exportedFunctions(module: ParsedModule): ReadonlyMap<string, FunctionType> {
  const names = new Set<string>();
  const functions = new Map<string, FunctionType>();
  for (const { name, kind, index } of module.exports) {
    if (names.has(name)) throw invalidModule(0, `${quoted(name)} is exported twice`);
    names.add(name);
    const type = kind === 'function' ? module.functions[index] : undefined;
    if (type !== undefined) functions.set(name, type);
  }
  return functions;
}

function noEntry(exports: ReadonlyMap<string, FunctionType>, mismatch?: string): FaasmError {
  const listed = [...exports].slice(0, MAX_LISTED).map(([name, type]) => formatFunction(name, type));
  if (exports.size > MAX_LISTED) listed.push(`and ${exports.size - MAX_LISTED} more`);
  const found = listed.length === 0 ? 'The module exports no functions.' : `Exported functions: ${listed.join('; ')}.`;
  const type = mismatch === undefined ? undefined : exports.get(mismatch);
  const problem =
    type === undefined
      ? 'The module exports no entry point'
      : `${mismatch} is ${formatSignature(type)}, which cannot be called`;
  return new FaasmError('MODULE_NO_ENTRY', `${problem}. ${found} ${ACCEPTED}`);
}
