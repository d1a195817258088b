import { FaasmError } from '../core/errors.ts';
import { TURN_END, type TurnEnd } from '../core/turn-end.ts';
import { equalBytes } from './equal-bytes.ts';
import type { Guard, MemoryLayer, Storage } from './layer.ts';
import { mergeBytes } from './merge-bytes.ts';

/**
 * Where a portable guard says what it runs, for the watch on the main thread (which can only end the whole thread).
 * `deadline` is in epoch ms, 0 while no guest runs; `flags` as in {@link Guard}.
 */
export interface TurnBoard {
  readonly flags: Int32Array;
  readonly deadline: Float64Array;
  readonly call: Float64Array;
}

/** A board over shared memory, to be handed to a thread; `buffer` is what is posted. */
export function turnBoard(
  buffer: SharedArrayBuffer = new SharedArrayBuffer(32),
): TurnBoard & { buffer: SharedArrayBuffer } {
  return {
    buffer,
    flags: new Int32Array(buffer, 0, 2),
    deadline: new Float64Array(buffer, 8, 1),
    call: new Float64Array(buffer, 16, 1),
  };
}

/** The layer without native code: for browsers, platforms without a build, and as the reference of the shared suite. */
export function portableLayer(board: TurnBoard = turnBoard()): MemoryLayer {
  return {
    name: 'portable',
    abilities: { preciseKill: false, sharedRegions: false, copyOnWrite: false, cpuTime: false },
    openGuard: () => portableGuard(board),
    cancel: () => false,
    trim: () => undefined,

    allocate(sizeBytes) {
      try {
        return { buffer: new SharedArrayBuffer(sizeBytes), sizeBytes };
      } catch (cause) {
        throw new FaasmError('HOST_OVERLOADED', `No room for ${sizeBytes} bytes of shared memory.`, cause);
      }
    },
    // The garbage collector takes shared buffers back.
    release: () => undefined,
    zero: (storage) => {
      bytesOf(storage).fill(0);
    },
    read: (storage, offset, target) => target.set(bytesOf(storage).subarray(offset, offset + target.length)),
    write: (storage, offset, source) => bytesOf(storage).set(source, offset),
    merge: (storage, offset, theirs, base) => mergeBytes(bytesOf(storage), offset, theirs, base),
    matches: (storage, offset, bytes) => equalBytes(bytesOf(storage).subarray(offset, offset + bytes.length), bytes),
    equal: equalBytes,

    mapRegion: (memory, address, storage) => new Uint8Array(memory).set(bytesOf(storage), address),
    mapZero: (memory, address, length) => {
      new Uint8Array(memory, address, length).fill(0);
    },
    mapImage: (memory, storage) => new Uint8Array(memory).set(bytesOf(storage)),
    viewImage: () => undefined,
    restoreImage: () => false,
    discard: (memory, address, length) => {
      new Uint8Array(memory, address, length).fill(0);
    },
  };
}

function portableGuard(board: TurnBoard): Guard {
  const { flags, deadline, call } = board;
  return {
    flags,
    run(turn, left) {
      const start = performance.now();
      call[0] = turn.call;
      Atomics.store(flags, 0, 0);
      Atomics.store(flags, 1, TURN_END.completed);
      deadline[0] = Date.now() + turn.wallMs;
      // The guest may go on in microtasks; they have all run when the next macrotask starts.
      setImmediate(() => {
        deadline[0] = 0;
        left(Atomics.load(flags, 1) as TurnEnd, performance.now() - start, Number.NaN);
      });
      turn.enter();
    },
    turnCpuMs: () => Number.NaN,
  };
}

function bytesOf(storage: Storage): Uint8Array {
  if ('buffer' in storage) return new Uint8Array(storage.buffer);
  throw new FaasmError('INTERNAL', 'Storage of the native layer reached the portable one.');
}
