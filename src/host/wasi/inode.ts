import { realtimeNs } from '../clock.ts';
import { DEVICE } from './types.ts';

/** What files, directories and symbolic links have in common. */
export abstract class Inode {
  /** `filetype` of WASI. */
  abstract readonly type: number;
  /** The file system it belongs to: 1 the call's private tree, 2 the shared files. Names do not move between them. */
  readonly device: number = DEVICE.PRIVATE;
  /** Number of the node, unique within a call and its device. */
  readonly ino: number;
  /** Directory entries that name it. */
  links = 0;
  /** Descriptors that hold it open. */
  opens = 0;
  /** Last access, set only on request: keeping it current would make every read a write. */
  atime: bigint;
  /** Last change of the contents, ns since 1970. */
  mtime: bigint;
  /** Last change of contents or metadata. */
  ctime: bigint;

  constructor(ino: number, time: bigint) {
    this.ino = ino;
    this.atime = time;
    this.mtime = time;
    this.ctime = time;
  }

  /** Size that `filestat` reports, in bytes. */
  abstract readonly size: number;

  /** The contents have changed. */
  modified(): void {
    this.mtime = realtimeNs();
    this.ctime = this.mtime;
  }

  /** An entry or descriptor has gone; what nobody can reach any more gives its share of the budget back. */
  dropped(): void {
    if (this.links === 0 && this.opens === 0) this.free();
  }

  /** Gives everything back to the budget. */
  protected abstract free(): void;
}
