import { setTimeout } from 'node:timers/promises';
import { type GuestHost, openGuestHost, redisState } from './guest-host.ts';
import { memoryBytes } from './memory.ts';

/** A large value of which small parts are changed, and how often. */
export interface PartOrder {
  /** The guest transfer.c. */
  readonly file: string;
  readonly url: string;
  readonly valueBytes: number;
  readonly partBytes: number;
  readonly count: number;
  readonly warmUp: number;
}

/** Memory of a host in bytes. */
export interface HostMemory {
  /** What its budget counts for calls and state. */
  readonly countedBytes: number;
  /** PSS of its process. */
  readonly processBytes: number;
}

/** A host on Redis that holds the value and has pushed it. */
export interface PartHost extends GuestHost {
  /** Where a round changes the value: somewhere else each time. */
  place(round: number): number;
  /** Changes a part and pushes. Nanoseconds to declare that, 0 where it is not declared, and to push it. */
  push(round: number): Promise<{ readonly declareNs: number; readonly pushNs: number }>;
  memory(): Promise<HostMemory>;
}

/** Coprime to the number of places. */
const STRIDE = 7919;
/** Buffers are freed a little after they have been collected. */
const GARBAGE_MS = 500;

/** `declares`: the function declares what it changes. */
export async function openPartHost(order: PartOrder, declares: boolean): Promise<PartHost> {
  const { file, url, valueBytes, partBytes } = order;
  const host = await openGuestHost(file, { state: redisState(url) });
  const flag = declares ? 1 : 0;
  const place = (round: number): number => ((round * STRIDE) % Math.floor(valueBytes / partBytes)) * partBytes;
  await host.call(`push ${valueBytes} 0 ${valueBytes} 0 ${flag}`);
  return {
    ...host,
    place,
    async push(round) {
      const input = `push ${valueBytes} ${place(round)} ${partBytes} ${round + 1} ${flag}`;
      const [[declareNs = Number.NaN, pushNs = Number.NaN] = []] = await host.call(input);
      return { declareNs, pushNs };
    },
    async memory() {
      globalThis.gc?.();
      await setTimeout(GARBAGE_MS);
      const countedBytes = host.runtime.info().budgets.memoryBytes.used;
      return { countedBytes, processBytes: memoryBytes([process.pid]) };
    },
  };
}
