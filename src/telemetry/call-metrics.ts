import type { Call, CallResult } from '../core/call.ts';
import type { CallObserver } from '../core/observer.ts';
import type { Counter, Histogram, MetricRegistry } from './metrics.ts';

/** Functions that have series of their own; those that come later share one. A scrape takes 20 us for each. */
const FUNCTION_LIMIT = 1_000;
const OTHER = 'other';
const MS = 1_000;
/** From a warm start to a call at its limit. */
const SECONDS = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30] as const;
/** Errors by which the host ends a call that runs. */
const KILLS: ReadonlySet<string> = new Set(['TIMEOUT', 'CPU_LIMIT', 'CANCELLED']);

/** The series of one function. */
interface FunctionSeries {
  readonly calls: (outcome: string) => Counter;
  readonly starts: (start: string) => Counter;
  readonly kills: (code: string) => Counter;
  readonly retries: Counter;
  readonly queue: Histogram;
  readonly init: Histogram;
  readonly run: Histogram;
  readonly cpu: Histogram;
  readonly input: Counter;
  readonly output: Counter;
}

/** Counts the calls of each function in `registry`. */
export function callMetrics(registry: MetricRegistry, functionLimit: number = FUNCTION_LIMIT): CallObserver {
  const make = seriesOf(registry);
  // Two levels, because a key of user and function would be a new string, to be hashed, for every call.
  const users = new Map<string, Map<string, FunctionSeries>>();
  let count = 0;
  const find = (user: string, name: string): FunctionSeries => {
    const known = users.get(user)?.get(name);
    if (known !== undefined) return known;
    if (count >= functionLimit && (user !== OTHER || name !== OTHER)) return find(OTHER, OTHER);
    count += 1;
    const series = make(user, name);
    const functions = users.get(user);
    if (functions === undefined) users.set(user, new Map([[name, series]]));
    else functions.set(name, series);
    return series;
  };
  return { ended: (call, result, outputBytes) => record(find(call.user, call.function), call, result, outputBytes) };
}

function seriesOf(registry: MetricRegistry): (user: string, name: string) => FunctionSeries {
  const labels = ['user', 'function'];
  const counter = (name: string, help: string, last: string[] = []) =>
    registry.counter(name, help, [...labels, ...last]);
  const histogram = (name: string, help: string) => registry.histogram(name, help, labels, SECONDS);
  const families = {
    calls: counter('faasm_calls_total', 'Calls that ended, by outcome: success or the error code.', ['outcome']),
    starts: counter('faasm_call_starts_total', 'Calls that began, by how their Faaslet came to be.', ['start']),
    kills: counter('faasm_call_kills_total', 'Calls that the host ended, by error code.', ['code']),
    retries: counter('faasm_call_retries_total', 'Attempts after the first.'),
    queue: histogram('faasm_call_queue_seconds', 'Time in which a call was ready but had no thread.'),
    init: histogram('faasm_call_init_seconds', 'Time to make or restore the Faaslet.'),
    run: histogram('faasm_call_run_seconds', 'Time in the function, running and suspended.'),
    cpu: histogram('faasm_call_cpu_seconds', 'CPU time of the function; only the native layer measures it.'),
    input: counter('faasm_call_input_bytes_total', 'Bytes of input.'),
    output: counter('faasm_call_output_bytes_total', 'Bytes of output.'),
  };
  return (user, name) => ({
    calls: families.calls.by(user, name),
    starts: families.starts.by(user, name),
    kills: families.kills.by(user, name),
    retries: families.retries.with(user, name),
    queue: families.queue.with(user, name),
    init: families.init.with(user, name),
    run: families.run.with(user, name),
    cpu: families.cpu.with(user, name),
    input: families.input.with(user, name),
    output: families.output.with(user, name),
  });
}

function record(series: FunctionSeries, call: Call, result: CallResult, outputBytes: number): void {
  const { error, times } = result;
  series.calls(error === undefined ? 'success' : error.code).add();
  if (error !== undefined && KILLS.has(error.code)) series.kills(error.code).add();
  if (result.attempt > 1) series.retries.add(result.attempt - 1);
  series.queue.observe(times.queuedMs / MS);
  if (hasBegun(result)) {
    series.starts(result.start).add();
    series.init.observe(times.initMs / MS);
    series.run.observe(times.runMs / MS);
    if (times.cpuMs !== undefined) series.cpu.observe(times.cpuMs / MS);
  }
  if (ArrayBuffer.isView(call.input)) series.input.add(call.input.byteLength);
  series.output.add(outputBytes);
}

/** Whether a call got as far as its thread; one that ended in the queue has a start and times that mean nothing. */
export function hasBegun({ status, times }: CallResult): boolean {
  return status === 'success' || times.initMs > 0 || times.runMs > 0;
}
