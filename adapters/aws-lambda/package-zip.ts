import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive; `path` is relative and with slashes. */
export interface ZipEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
const MADE_ON_UNIX = (3 << 8) | VERSION;
const UTF8_NAMES = 1 << 11;
const DEFLATED = 8;
/** 1 January 1980, the first day there is: archives of the same files are the same bytes. */
const DATE = (1 << 5) | 1;
/** A regular file that everybody may read, as Lambda demands, and run. */
const ATTRIBUTES = (0o100755 << 16) >>> 0;
const MOST_ENTRIES = 0xffff;

/**
 * A zip archive of `entries`, in their order. For packages of some megabytes: it is made in memory, without the extension
 * for 4 GiB. Throws a RangeError for more than 65,535 entries.
 */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  if (entries.length > MOST_ENTRIES) throw new RangeError(`An archive cannot hold ${entries.length} files.`);
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { path, bytes } of entries) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(bytes, { level: 9 });
    const about = describe(name, bytes, packed.length);
    const header = Buffer.concat([uint32(LOCAL_HEADER), about, name]);
    parts.push(header, packed);
    directory.push(
      Buffer.concat([
        uint32(CENTRAL_HEADER),
        uint16(MADE_ON_UNIX),
        about,
        // No comment, first disk, no attributes of DOS.
        uint16(0, 0, 0),
        uint32(ATTRIBUTES, offset),
        name,
      ]),
    );
    offset += header.length + packed.length;
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.concat([
    uint32(END_OF_DIRECTORY),
    // One disk, all entries on it.
    uint16(0, 0, entries.length, entries.length),
    uint32(directoryBytes, offset),
    uint16(0),
  ]);
  return Buffer.concat([...parts, ...directory, end]);
}

/** What both headers of a file have in common, up to the lengths of its name and of what follows it (nothing). */
function describe(name: Uint8Array, bytes: Uint8Array, packedBytes: number): Buffer {
  return Buffer.concat([
    uint16(VERSION, UTF8_NAMES, DEFLATED, 0, DATE),
    uint32(crc32(bytes), packedBytes, bytes.length),
    uint16(name.length, 0),
  ]);
}

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2);
  return bytes;
}

function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
