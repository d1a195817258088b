import { type FunctionType, HOST_PREFIX } from './artifact.ts';
import type { ByteReader } from './byte-reader.ts';
import { type GlobalDeclaration, type Limited, readGlobalType, readLimits, readMemory } from './declarations.ts';
import { invalidModule, quoted, unsupportedModule } from './module-errors.ts';
import { readValueType } from './value-types.ts';

interface Common {
  readonly module: string;
  readonly name: string;
  /** Byte offsets of the whole entry. */
  readonly start: number;
  readonly end: number;
}

/** An import of the upload. */
export type ImportDeclaration = Common &
  (
    | { readonly kind: 'function'; readonly type: FunctionType }
    | { readonly kind: 'memory'; readonly limits: Limited }
    | { readonly kind: 'global'; readonly global: GlobalDeclaration }
    | { readonly kind: 'table' }
    | { readonly kind: 'tag'; readonly type: FunctionType }
  );

/** Reads one import. Module names that begin with {@link HOST_PREFIX} are refused (`MODULE_UNSUPPORTED`). */
export function readImport(reader: ByteReader, types: readonly FunctionType[]): ImportDeclaration {
  const start = reader.position;
  const module = reader.name();
  const name = reader.name();
  if (module.startsWith(HOST_PREFIX)) {
    const advice = `Module names beginning with "${HOST_PREFIX}" are ours; upload the module as the compiler made it.`;
    throw unsupportedModule(start, `an import from ${quoted(module)}`, advice);
  }
  const kindAt = reader.position;
  switch (reader.byte()) {
    case 0: {
      const index = reader.u32();
      const type = types[index];
      if (type === undefined) throw invalidModule(kindAt + 1, `type ${index} does not exist`);
      return { module, name, start, end: reader.position, kind: 'function', type };
    }
    case 1:
      readValueType(reader, types.length);
      readLimits(reader, 'table');
      return { module, name, start, end: reader.position, kind: 'table' };
    case 2: {
      const limits = readMemory(reader);
      return { module, name, start, end: reader.position, kind: 'memory', limits };
    }
    case 3: {
      const global = readGlobalType(reader, types.length);
      return { module, name, start, end: reader.position, kind: 'global', global };
    }
    case 4:
      return { module, name, type: readTagType(reader, types), start, end: reader.position, kind: 'tag' };
    default:
      throw invalidModule(kindAt, `import ${quoted(module)} ${quoted(name)} is of an unknown kind`);
  }
}

/** Reads the type of a tag: what it carries are the parameters. */
export function readTagType(reader: ByteReader, types: readonly FunctionType[]): FunctionType {
  const at = reader.position;
  const type = reader.byte() === 0 ? types[reader.u32()] : undefined;
  if (type === undefined) throw invalidModule(at, 'a tag is malformed');
  return type;
}
