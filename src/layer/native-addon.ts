import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

declare const VIEW: unique symbol;

/** A mapped file, which native/view.c alone can look into. */
export interface FileView {
  readonly [VIEW]: true;
}

/** The functions of native/*.c. Mapping functions answer 0 or a negative errno. */
export interface NativeAddon {
  mapShared(buffer: ArrayBuffer, offset: number, length: number, fd: number, fdOffset: number): number;
  mapImage(buffer: ArrayBuffer, offset: number, length: number, fd: number): number;
  mapZero(buffer: ArrayBuffer, offset: number, length: number): number;
  discard(buffer: ArrayBuffer, offset: number, length: number): number;
  /** The file as read-only bytes, or a negative errno. */
  mapFile(fd: number, length: number): ArrayBuffer | number;
  /** Pages copied back from `image`, or a negative errno when it could not be done. */
  restoreImage(buffer: ArrayBuffer, offset: number, length: number, image: ArrayBuffer, maxPages: number): number;
  /** Whether files without a name can be had in memory, or in `folder` if it is not empty: 0 or a negative errno. */
  probeFile(folder: string): number;
  /** File without a name, of whole pages, in memory or in `folder` if it is not empty; its descriptor or a negative errno. */
  createFile(bytes: number, folder: string): number;
  zeroFile(fd: number, offset: number, length: number): number;
  /** `theirs` and `base` are of one length, in a file that reaches beyond their end. */
  mergeFile(fd: number, offset: number, theirs: Uint8Array, base: Uint8Array | null): number;
  /** All of a file, to be compared; a negative errno when it cannot be mapped. */
  openView(fd: number): FileView | number;
  /** Whether the bytes lie at `offset` of the file; false once the view is closed. */
  viewHolds(view: FileView, offset: number, bytes: Uint8Array): boolean;
  closeView(view: FileView): void;
  openGuard(): { flags: Int32Array; times: Float64Array };
  run(enter: () => void, call: number, wallMs: number, cpuMs: number): number;
  cpuNow(): number;
  cancel(call: number): boolean;
  trim(): void;
  exitAtOnce(code: number): never;
}

/** Where bundles have the addon, where a build puts it, and where the package carries one, in order of preference. */
export function addonPaths(): readonly string[] {
  const platform = `${process.platform}-${process.arch}`;
  return [
    `./native/${platform}/faasm.node`,
    '../../build/native/faasm.node',
    `../../native/prebuilt/${platform}/faasm.node`,
  ].map((path) => fileURLToPath(new URL(path, import.meta.url)));
}

/** Loads the addon; throws with the reason when there is none or this Node cannot use it. */
export function loadAddon(): NativeAddon {
  const path = addonPaths().find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error('it has not been built (npm run build:native)');
  return createRequire(import.meta.url)(path) as NativeAddon;
}
