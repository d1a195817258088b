import type { Logger } from '../core/logger.ts';
import type { CallObserver } from '../core/observer.ts';
import type { HostInfo } from '../core/ports.ts';
import { callLog } from './call-log.ts';
import { callMetrics } from './call-metrics.ts';
import { hostMetrics } from './host-metrics.ts';
import { measureLoopLag } from './loop-lag.ts';
import { MetricRegistry } from './metrics.ts';
import { requestMetrics } from './request-metrics.ts';
import type { Telemetry } from './telemetry.ts';
import { traceparents } from './trace-context.ts';

/** What {@link createTelemetry} needs. */
export interface TelemetryOptions {
  readonly logger: Logger;
  /** Asked at each scrape and once a call has ended, not before. */
  readonly hostInfo: () => HostInfo;
  /** Base URL of an OTLP receiver over HTTP; absent or empty: traces are passed on but not recorded. */
  readonly otlpEndpoint?: string;
  /** Name of this service in traces. */
  readonly serviceName?: string;
}

/** Metrics of a host, and its traces where they are wanted: the packages for those are loaded only then. */
export async function createTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { logger, hostInfo, otlpEndpoint = '', serviceName = 'faasm' } = options;
  const registry = new MetricRegistry();
  hostMetrics(registry, hostInfo);
  const stopLoopLag = measureLoopLag(registry);
  const observers = [callMetrics(registry)];
  if (logger.debug !== undefined) observers.push(callLog(logger.debug));
  const requests = requestMetrics(registry);
  const count = registry.counter('faasm_spans_total', 'Spans by outcome: sent, failed or dropped.', ['outcome']).by();
  const spans =
    otlpEndpoint === ''
      ? undefined
      : (await import('./spans.ts')).openSpans({
          endpoint: otlpEndpoint,
          serviceName,
          logger,
          count,
          instance: () => hostInfo().host,
        });
  if (spans !== undefined) observers.push(spans);
  return {
    observer: together(observers),
    metrics: () => registry.text(),
    childOf: traceparents(spans !== undefined),
    ...requests,
    async close() {
      stopLoopLag();
      await spans?.close();
    },
  };
}

/** One observer that tells them all; alone it is itself, because it runs for every call. */
function together(observers: readonly CallObserver[]): CallObserver {
  const [first] = observers;
  if (first !== undefined && observers.length === 1) return first;
  return {
    ended(call, result, outputBytes) {
      for (const observer of observers) observer.ended(call, result, outputBytes);
    },
  };
}
