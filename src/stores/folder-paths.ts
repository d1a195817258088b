/**
 * Where an object's file lies in the folder of a store. Marks that no key holds keep names apart: a folder's name ends in
 * `+`, because both `a` and `a/b` can be objects, and a part longer than file systems allow is cut into pieces, of which
 * all but the last are folders ending in `%`. `a/b/c.json` is `a+/b+/c.json`.
 */

const FOLDER_MARK = '+';
const PIECE_MARK = '%';
/** File systems allow 255 bytes for a name. */
const PIECE_LENGTH = 200;

/** Names of the folders on the way to the objects of `parts`, from the top. */
export function folderNames(parts: readonly string[]): string[] {
  return parts.flatMap((part) => {
    const pieces = cut(part);
    return pieces.map((piece, i) => piece + (i === pieces.length - 1 ? FOLDER_MARK : PIECE_MARK));
  });
}

/** Names on the way to the file of object `key`, from the top: folders, then the file. */
export function fileNames(key: string): string[] {
  const parts = key.split('/');
  const last = cut(parts.at(-1) ?? '');
  const pieces = last.map((piece, i) => (i === last.length - 1 ? piece : piece + PIECE_MARK));
  return [...folderNames(parts.slice(0, -1)), ...pieces];
}

/** What the folder `name` adds to the keys of the objects in it; undefined for a folder that is none of ours. */
export function folderKey(name: string): string | undefined {
  if (name.endsWith(FOLDER_MARK)) return `${name.slice(0, -1)}/`;
  return name.endsWith(PIECE_MARK) ? name.slice(0, -1) : undefined;
}

/** Only the first piece is shorter than the others, so that no file is called `.` or `..`. */
function cut(part: string): string[] {
  const pieces: string[] = [];
  for (let end = part.length; end > 0; end -= PIECE_LENGTH) {
    pieces.unshift(part.slice(Math.max(0, end - PIECE_LENGTH), end));
  }
  return pieces;
}
