import { ByteReader } from './byte-reader.ts';
import { invalidModule, unsupportedModule } from './module-errors.ts';

/** Section numbers of the binary format. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** The order in which sections must stand; custom sections stand anywhere. */
export const SECTION_ORDER: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** What an upload costs the host while it is read must not be a multiple of its size; real modules have far fewer. */
const MAX_SECTIONS = 10_000;
const MAX_TYPE_BYTES = 2 * 1024 * 1024;

/** A section of the upload; offsets in bytes. */
export interface Section {
  readonly id: number;
  /** Where the section begins, its number included. */
  readonly at: number;
  /** First byte of the content, after the size. */
  readonly start: number;
  readonly end: number;
  /** Name of a custom section. */
  readonly name?: string;
  /** Of a custom section: the number of the section before it, 0 at the beginning. */
  readonly after: number;
}

/** Splits an upload into sections. Throws `MODULE_INVALID`, or `MODULE_UNSUPPORTED` for components. */
export function splitSections(bytes: Uint8Array): readonly Section[] {
  checkHeader(bytes);
  const reader = new ByteReader(bytes, 8);
  const sections: Section[] = [];
  let rank = -1;
  let after = 0;
  while (!reader.done) {
    const at = reader.position;
    if (sections.length >= MAX_SECTIONS) {
      throw unsupportedModule(
        at,
        `more than ${MAX_SECTIONS} sections`,
        'Strip custom sections (wasm-strip, llvm-strip).',
      );
    }
    const id = reader.byte();
    const size = reader.u32();
    const start = reader.position;
    const left = bytes.length - start;
    if (size > left) throw invalidModule(at, `section ${id} claims ${size} bytes, ${left} are left`);
    const end = start + size;
    if (id === SECTION.type && size > MAX_TYPE_BYTES) {
      throw unsupportedModule(at, `${size} bytes of types`, `The most is ${MAX_TYPE_BYTES}.`);
    }
    if (id === SECTION.custom) {
      sections.push({ id, at, start, end, after, name: new ByteReader(bytes, start, end).name() });
    } else {
      const own = SECTION_ORDER.indexOf(id);
      if (own < 0) throw invalidModule(at, `unknown section ${id}`);
      if (own <= rank) throw invalidModule(at, `section ${id} is duplicated or out of order`);
      rank = own;
      after = id;
      sections.push({ id, at, start, end, after });
    }
    reader.position = end;
  }
  return sections;
}

function checkHeader(bytes: Uint8Array): void {
  const [zero, a, s, m, version, v1, layer, v3] = bytes;
  if (bytes.length < 8 || zero !== 0 || a !== 0x61 || s !== 0x73 || m !== 0x6d) {
    const text = zero === 0x28 ? '; this looks like the text format, assemble it first (wat2wasm)' : '';
    throw invalidModule(0, `the header "\\0asm" is missing${text}`);
  }
  if (layer === 1) {
    throw unsupportedModule(4, 'the component model', 'Upload a core module (for Rust: target wasm32-wasip1).');
  }
  if (version !== 1 || v1 !== 0 || layer !== 0 || v3 !== 0) throw invalidModule(4, `unknown version ${version}`);
}
