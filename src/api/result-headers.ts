import type { CallResult, CallTimes } from '../core/call.ts';

/** Headers that say how a call ran. */
export function resultHeaders(result: CallResult): Record<string, string> {
  return {
    'x-faasm-call': String(result.id),
    'x-faasm-start': result.start,
    'x-faasm-layer': result.layer,
    traceparent: result.traceparent,
  };
}

/** {@link resultHeaders}, and which version ran and what it took. */
export function detailedHeaders(result: CallResult): Record<string, string> {
  return { ...resultHeaders(result), 'x-faasm-version': result.version, 'x-faasm-times': timesText(result.times) };
}

/** `queued=0.1, init=0.0, run=0.3, cpu=0.2`, in ms. */
function timesText(times: CallTimes): string {
  const text = `queued=${ms(times.queuedMs)}, init=${ms(times.initMs)}, run=${ms(times.runMs)}`;
  return times.cpuMs === undefined ? text : `${text}, cpu=${ms(times.cpuMs)}`;
}

function ms(value: number): string {
  return value.toFixed(1);
}
