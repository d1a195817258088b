/**
 * Clocks of the host in whole microseconds. Nanoseconds since 1970 do not fit a double, and bigint arithmetic would
 * allocate on every call of a function that programs call in loops.
 */

/** Correction of {@link monotonicUs} to wall-clock time. */
let offset = 0;
const DRIFT_MAX_US = 5_000;

/**
 * Time that never runs backwards on one thread, counted from 1970 so that it is also comparable between threads: a
 * proto-function made on one may be restored on another.
 */
export function monotonicUs(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}

/** Wall-clock time since 1970. */
export function realtimeUs(): number {
  const now = monotonicUs() + offset;
  // Date.now() has milliseconds only, but it follows when the system's clock is set or the machine was frozen.
  const wall = Date.now() * 1000;
  if (Math.abs(now - wall) <= DRIFT_MAX_US) return now;
  offset += wall - now;
  return wall;
}

/** Wall-clock time since 1970 in nanoseconds. */
export function realtimeNs(): bigint {
  return BigInt(realtimeUs()) * 1000n;
}
