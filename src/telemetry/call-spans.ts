import { type Attributes, createTraceState, type HrTime, type SpanContext, type SpanKind } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Call, CallResult } from '../core/call.ts';
import { VERSION } from '../core/version.ts';
import { hasBegun } from './call-metrics.ts';
import { parseTraceparent, spanId } from './trace-context.ts';

const SCOPE = { name: 'faasm', version: VERSION };
// Enums of OpenTelemetry, whose values its protocol fixes.
const INTERNAL: SpanKind = 0;
const SERVER: SpanKind = 1;
const CONSUMER: SpanKind = 4;
const ERROR = 2;
const SAMPLED = 1;
const MS = 1_000;
const NANOS_PER_MS = 1_000_000;

/**
 * The spans of a call that ended: its own, whose ids are those of `result.traceparent` and whose parent is whoever asked
 * for the call, then one for each of its phases that took time. None when the trace is not sampled.
 *
 * Phases lie one after the other; time in which a call that had been suspended waited for its thread again counts as
 * `queue`.
 */
export function callSpans(
  call: Call,
  result: CallResult,
  outputBytes: number,
  resource: Resource,
): readonly ReadableSpan[] {
  const own = parseTraceparent(result.traceparent);
  if (own === undefined || !own.sampled) return [];
  const context: SpanContext = {
    traceId: own.traceId,
    spanId: own.spanId,
    traceFlags: SAMPLED,
    ...(call.tracestate === undefined ? {} : { traceState: createTraceState(call.tracestate) }),
  };
  const { submittedAt, queuedMs, initMs, runMs } = result.times;
  const parent = parentOf(call);
  const whole: ReadableSpan = {
    ...spanOf(`${call.user}/${call.function}`, context, resource, submittedAt, queuedMs + initMs + runMs),
    kind: call.detached === true ? CONSUMER : SERVER,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    ...(result.error === undefined ? {} : { status: { code: ERROR, message: result.error.message } }),
    attributes: attributesOf(call, result, outputBytes),
  };
  const spans = [whole];
  let startMs = submittedAt;
  for (const [name, tookMs] of [
    ['queue', queuedMs],
    ['init', initMs],
    ['run', runMs],
  ] as const) {
    if (tookMs > 0) {
      const child = { ...context, spanId: spanId() };
      spans.push({ ...spanOf(name, child, resource, startMs, tookMs), parentSpanContext: context });
    }
    startMs += tookMs;
  }
  return spans;
}

function parentOf({ traceparent, tracestate }: Call): SpanContext | undefined {
  const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  if (parent === undefined) return undefined;
  return {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: SAMPLED,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  };
}

function spanOf(name: string, context: SpanContext, resource: Resource, startMs: number, tookMs: number): ReadableSpan {
  return {
    name,
    kind: INTERNAL,
    spanContext: () => context,
    startTime: highResolution(startMs),
    endTime: highResolution(startMs + tookMs),
    duration: highResolution(tookMs),
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Names of OpenTelemetry's semantic conventions where there are any. */
function attributesOf(call: Call, result: CallResult, outputBytes: number): Attributes {
  const { error, times, start, layer, placement } = result;
  return {
    'faas.name': `${call.user}/${call.function}`,
    'faas.version': result.version,
    'faas.invocation_id': String(result.id),
    'faas.instance': placement.host,
    'faasm.user': call.user,
    'faasm.function': call.function,
    'faasm.attempt': result.attempt,
    'faasm.output_bytes': outputBytes,
    ...(ArrayBuffer.isView(call.input) ? { 'faasm.input_bytes': call.input.byteLength } : {}),
    ...(call.parent === undefined ? {} : { 'faasm.parent': String(call.parent) }),
    ...(result.returnValue === undefined ? {} : { 'faasm.return_value': result.returnValue }),
    ...(error === undefined ? {} : { 'error.type': error.code }),
    ...(hasBegun(result)
      ? {
          'faas.coldstart': start === 'cold' || start === 'fresh',
          'faasm.start': start,
          'faasm.layer': layer,
          'faasm.peak_memory_bytes': result.peakMemoryBytes,
          'thread.id': placement.thread,
        }
      : {}),
    ...(times.cpuMs === undefined ? {} : { 'faasm.cpu_ms': times.cpuMs }),
  };
}

/** Seconds and nanoseconds. */
function highResolution(ms: number): HrTime {
  const seconds = Math.trunc(ms / MS);
  return [seconds, Math.trunc((ms - seconds * MS) * NANOS_PER_MS)];
}
