import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../core/logger.ts';
import type { CallObserver } from '../core/observer.ts';
import { VERSION } from '../core/version.ts';
import { callSpans } from './call-spans.ts';
import type { Counter } from './metrics.ts';

/** How {@link openSpans} sends. */
export interface SpanOptions {
  /** Base URL of an OTLP receiver over HTTP, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Id of this host; asked for when the first call has ended. */
  readonly instance: () => string;
  readonly logger: Logger;
  /** Counters of spans by what became of them: `sent`, `failed` or `dropped`. */
  readonly count: (outcome: string) => Counter;
  readonly timing?: SpanTiming;
}

/** Times in ms. */
export interface SpanTiming {
  /** How long a span waits for others at most. */
  readonly delayMs: number;
  /** Time for a batch, tries after the first included. */
  readonly timeoutMs: number;
  /** How long a close waits. */
  readonly closeMs: number;
}

const TIMING: SpanTiming = { delayMs: 2_000, timeoutMs: 10_000, closeMs: 3_000 };
const BATCH_SPANS = 512;
/** Spans that wait or are being sent; more are dropped. */
const QUEUE_SPANS = 8_192;
/** The batch processor's own bound; the exporter's timeout comes first. */
const GUARD_MS = 5_000;

/** Sends a span for each call that ends, with its phases, in batches. Trouble with the receiver disturbs no call. */
export function openSpans(options: SpanOptions): CallObserver & { close(): Promise<void> } {
  const { delayMs, timeoutMs, closeMs } = options.timing ?? TIMING;
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: timeoutMs,
  });
  let waiting = 0;
  const watched = watchedExporter(exporter, options, (count) => {
    waiting -= count;
  });
  const processor = new BatchSpanProcessor({
    exporter: watched,
    maxQueueSize: QUEUE_SPANS,
    maxExportBatchSize: BATCH_SPANS,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: timeoutMs + GUARD_MS,
  });
  let resource: Resource | undefined;
  return {
    ended(call, result, outputBytes) {
      resource ??= resourceOf(options.serviceName, options.instance());
      const spans = callSpans(call, result, outputBytes, resource);
      if (waiting + spans.length > QUEUE_SPANS) {
        options.count('dropped').add(spans.length);
        return;
      }
      waiting += spans.length;
      for (const span of spans) processor.onEnd(span);
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeMs);
      });
      // What fails has been logged by then.
      await Promise.race([processor.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

/** `exporter`, whose successes and failures are counted, and logged when one follows the other. */
function watchedExporter(
  exporter: SpanExporter,
  { logger, count, endpoint }: SpanOptions,
  done: (spans: number) => void,
): SpanExporter {
  let failing = false;
  return {
    export(spans, report) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        count(failed ? 'failed' : 'sent').add(spans.length);
        done(spans.length);
        if (failed && !failing) logger.warn?.('traces-not-sent', { endpoint, reason: result.error?.message });
        if (!failed && failing) logger.info?.('traces-sent-again', { endpoint });
        failing = failed;
        report(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** What the spans of this host have in common; `OTEL_RESOURCE_ATTRIBUTES` adds to it. */
function resourceOf(serviceName: string, instance: string): Resource {
  const own = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': VERSION,
    'service.instance.id': instance,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
  });
  return defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(own);
}
