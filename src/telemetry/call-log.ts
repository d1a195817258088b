import type { LogMethod } from '../core/logger.ts';
import type { CallObserver } from '../core/observer.ts';
import { hasBegun } from './call-metrics.ts';

/** Logs every call that ended as a `call` event. */
export function callLog(log: LogMethod): CallObserver {
  return {
    ended(call, result, outputBytes) {
      const { error, times, start, layer, placement } = result;
      log('call', {
        id: result.id,
        function: `${call.user}/${call.function}`,
        version: result.version,
        outcome: error?.code ?? 'success',
        message: error?.message,
        ...(hasBegun(result) ? { start, layer, thread: placement.thread } : {}),
        attempt: result.attempt,
        queuedMs: rounded(times.queuedMs),
        initMs: rounded(times.initMs),
        runMs: rounded(times.runMs),
        cpuMs: times.cpuMs === undefined ? undefined : rounded(times.cpuMs),
        outputBytes,
        traceparent: result.traceparent,
      });
    },
  };
}

/** To the microsecond. */
function rounded(ms: number): number {
  return Number(ms.toFixed(3));
}
