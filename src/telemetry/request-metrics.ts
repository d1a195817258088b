import type { ErrorCode } from '../core/errors.ts';
import type { Counter, Histogram, MetricRegistry } from './metrics.ts';

/** Counts requests of clients, to stores and to the global state tier. */
export interface RequestMetrics {
  httpRequest(route: string, status: number, durationMs: number): void;
  storeRequest(operation: string, code?: ErrorCode): void;
  stateRequest(operation: string, code?: ErrorCode): void;
}

const MS = 1_000;
const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30] as const;
/** Routes with series of their own, in case a caller gives paths instead of patterns. */
const ROUTE_LIMIT = 100;
const OTHER = 'other';

interface RouteSeries {
  readonly requests: (status: string) => Counter;
  readonly duration: Histogram;
}

/** Counts requests in `registry`. */
export function requestMetrics(registry: MetricRegistry): RequestMetrics {
  const requests = registry.counter('faasm_http_requests_total', 'Requests that were answered.', ['route', 'status']);
  const durations = registry.histogram(
    'faasm_http_request_seconds',
    'Time from the head of a request to the end of its answer.',
    ['route'],
    SECONDS,
  );
  const routes = new Map<string, RouteSeries>();

  const find = (route: string): RouteSeries => {
    const known = routes.get(route);
    if (known !== undefined) return known;
    if (routes.size >= ROUTE_LIMIT && route !== OTHER) return find(OTHER);
    const series = { requests: requests.by(route), duration: durations.with(route) };
    routes.set(route, series);
    return series;
  };

  return {
    httpRequest(route, status, durationMs) {
      const series = find(route);
      series.requests(String(status)).add();
      series.duration.observe(durationMs / MS);
    },
    storeRequest: operationCounter(registry, 'faasm_store', 'stores'),
    stateRequest: operationCounter(registry, 'faasm_state', 'the global state tier'),
  };
}

function operationCounter(registry: MetricRegistry, name: string, what: string): RequestMetrics['storeRequest'] {
  const asked = registry.counter(`${name}_requests_total`, `Requests to ${what}.`, ['operation']).by();
  const failed = registry.counter(`${name}_errors_total`, `Requests to ${what} that failed.`, ['operation', 'code']);
  const failures = new Map<string, (code: string) => Counter>();
  return (operation, code) => {
    asked(operation).add();
    if (code === undefined) return;
    let failuresOf = failures.get(operation);
    if (failuresOf === undefined) {
      failuresOf = failed.by(operation);
      failures.set(operation, failuresOf);
    }
    failuresOf(code).add();
  };
}
