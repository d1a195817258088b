import type { GuestMemory } from '../guest-memory.ts';

/** Writing and reading the 64-bit fields of WASI records without bigints. All of it throws `BAD_POINTER`. */

const TWO_32 = 2 ** 32;

/** Writes a whole number below 2^53 as u64. */
export function setU64(memory: GuestMemory, address: number, value: number): void {
  memory.check(address, 8);
  memory.view.setUint32(address >>> 0, value, true);
  memory.view.setUint32((address >>> 0) + 4, Math.floor(value / TWO_32), true);
}

/** Writes a time in whole microseconds as u64 nanoseconds. */
export function setMicroseconds(memory: GuestMemory, address: number, us: number): void {
  const high = Math.floor(us / TWO_32);
  const low = (us - high * TWO_32) * 1000;
  const carry = Math.floor(low / TWO_32);
  memory.check(address, 8);
  memory.view.setUint32(address >>> 0, low - carry * TWO_32, true);
  memory.view.setUint32((address >>> 0) + 4, high * 1000 + carry, true);
}

/** Reads an u64 as a number; what is above 2^53 loses its last digits. */
export function u64(memory: GuestMemory, address: number): number {
  memory.check(address, 8);
  const low = memory.view.getUint32(address >>> 0, true);
  return memory.view.getUint32((address >>> 0) + 4, true) * TWO_32 + low;
}
