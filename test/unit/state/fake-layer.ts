import type { MemoryLayer, Storage } from '../../../src/layer/layer.ts';
import { mergeBytes } from '../../../src/layer/merge-bytes.ts';
import { portableLayer } from '../../../src/layer/portable.ts';

/** A layer like the native one, as far as storage goes: its files are arrays, by descriptor. */
export interface FileLayer extends MemoryLayer {
  /** Files that have been created and not released. */
  readonly files: ReadonlyMap<number, Uint8Array>;
  /** What a Faaslet that mapped it would see. */
  bytesOf(storage: Storage): Uint8Array;
}

export function fileLayer(): FileLayer {
  const files = new Map<number, Uint8Array>();
  let nextFd = 3;
  const bytesOf = (storage: Storage): Uint8Array => {
    if (!('fd' in storage)) throw new Error('storage of another layer');
    const file = files.get(storage.fd);
    if (file === undefined) throw new Error('storage that has been released');
    return file.subarray(storage.offset, storage.offset + storage.sizeBytes);
  };
  const portable = portableLayer();
  const whole = (sizeBytes: number): number => Math.ceil(sizeBytes / 65_536) * 65_536;
  return {
    ...portable,
    abilities: { ...portable.abilities, sharedRegions: true },
    files,
    bytesOf,
    allocate(sizeBytes) {
      const fd = nextFd++;
      files.set(fd, new Uint8Array(whole(sizeBytes)));
      return { fd, offset: 0, sizeBytes };
    },
    release(storage) {
      if (!('fd' in storage) || !files.delete(storage.fd)) throw new Error('released twice');
    },
    zero: (storage) => void bytesOf({ ...storage, sizeBytes: whole(storage.sizeBytes) }).fill(0),
    read: (storage, offset, target) => target.set(bytesOf(storage).subarray(offset, offset + target.length)),
    write: (storage, offset, source) => bytesOf(storage).set(source, offset),
    matches: (storage, offset, bytes) =>
      Buffer.compare(bytesOf(storage).subarray(offset, offset + bytes.length), bytes) === 0,
    merge: (storage, offset, theirs, base) => mergeBytes(bytesOf(storage), offset, theirs, base),
  };
}
