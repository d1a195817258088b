import { closeSync, readSync, writeSync } from 'node:fs';
import { FaasmError } from '../core/errors.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { equalBytes } from './equal-bytes.ts';
import { fileViews } from './file-views.ts';
import type { Guard, MemoryLayer, Storage } from './layer.ts';
import type { NativeAddon } from './native-addon.ts';
import { stackRepair } from './stack-repair.ts';

/** Operating system pages copied back into an image at most; a Faaslet that wrote more gives them all back. */
const RESTORED_PAGES_MAX = 1024;

/**
 * The layer over native/*.c: zero-copy regions, copy-on-write images, a guard that ends exactly the runaway guest. What
 * Faaslets share lies in files in memory, or in `folder` if it is not empty.
 */
export function nativeLayer(addon: NativeAddon, folder = ''): MemoryLayer {
  const views = fileViews(addon);
  return {
    name: 'native',
    abilities: { preciseKill: true, sharedRegions: true, copyOnWrite: true, cpuTime: true },
    openGuard: () => nativeGuard(addon),
    cancel: (call) => addon.cancel(call),
    trim: () => addon.trim(),

    allocate(sizeBytes) {
      const fd = addon.createFile(sizeBytes, folder);
      if (fd < 0) throw overloaded(`create a file of ${sizeBytes} bytes in ${folder || 'memory'}`, fd);
      return { fd, offset: 0, sizeBytes };
    },
    release(storage) {
      const { fd } = file(storage);
      views.close(fd);
      closeSync(fd);
    },
    zero(storage) {
      const { fd, offset, sizeBytes } = file(storage);
      check('zero a region', addon.zeroFile(fd, offset, wholePages(sizeBytes)));
    },
    read(storage, offset, target) {
      const { fd, offset: start } = file(storage);
      for (let done = 0; done < target.length; ) {
        const count = readSync(fd, target, done, target.length - done, start + offset + done);
        if (count === 0) throw new FaasmError('INTERNAL', `Read past the end of a region at ${offset + done}.`);
        done += count;
      }
    },
    write(storage, offset, source) {
      const { fd, offset: start } = file(storage);
      for (let done = 0; done < source.length; ) {
        done += writeSync(fd, source, done, source.length - done, start + offset + done);
      }
    },
    merge(storage, offset, theirs, base) {
      const { fd, offset: start } = file(storage);
      check('map a region', addon.mergeFile(fd, start + offset, theirs, base ?? null));
    },
    matches(storage, offset, bytes) {
      const { fd, offset: start } = file(storage);
      const view = views.get(fd);
      return view !== undefined && addon.viewHolds(view, start + offset, bytes);
    },
    equal: equalBytes,

    mapRegion(memory, address, storage) {
      const { fd, offset, sizeBytes } = file(storage);
      check('map a region', addon.mapShared(memory, address, wholePages(sizeBytes), fd, offset));
    },
    mapZero: (memory, address, length) => check('map zero pages', addon.mapZero(memory, address, length)),
    mapImage(memory, storage) {
      const { fd, sizeBytes } = file(storage);
      check('map an image', addon.mapImage(memory, 0, wholePages(sizeBytes), fd));
    },
    viewImage(storage) {
      const { fd, sizeBytes } = file(storage);
      const view = addon.mapFile(fd, wholePages(sizeBytes));
      return typeof view === 'number' ? undefined : view;
    },
    restoreImage: (memory, view) => addon.restoreImage(memory, 0, view.byteLength, view, RESTORED_PAGES_MAX) >= 0,
    discard: (memory, address, length) => check('discard pages', addon.discard(memory, address, length)),
  };
}

function nativeGuard(addon: NativeAddon): Guard {
  const { flags, times } = addon.openGuard();
  const repair = stackRepair();
  return {
    flags,
    run(turn, left) {
      const end = addon.run(turn.enter, turn.call, turn.wallMs, turn.cpuMs);
      if (end < 0) throw new FaasmError('INTERNAL', 'The guard was entered from a microtask.');
      if (end !== TURN_END.completed) repair();
      left(end as TurnEnd, times[0] ?? 0, times[1] ?? 0);
    },
    turnCpuMs: () => addon.cpuNow(),
  };
}

function file(storage: Storage): { fd: number; offset: number; sizeBytes: number } {
  if ('fd' in storage) return storage;
  throw new FaasmError('INTERNAL', 'Storage of the portable layer reached the native one.');
}

/** Linear memory comes in 64 KiB pages, and so do the files behind it. */
function wholePages(bytes: number): number {
  return Math.ceil(bytes / 65_536) * 65_536;
}

function check(what: string, result: number): void {
  if (result !== 0) throw overloaded(what, result);
}

function overloaded(what: string, errno: number): FaasmError {
  return new FaasmError('HOST_OVERLOADED', `The kernel refused to ${what} (errno ${-errno}); try again later.`);
}
