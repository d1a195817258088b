import type { StartKind } from '../core/call.ts';
import type { CallOrder, CallReport, Frame, OrderRest, ReportRest } from './protocol.ts';

// Batches of calls and reports cross threads as one array of numbers and one of bytes: cloning an object for each call
// costs more than running a small function.

const ORDER_NUMBERS = 7;
const REPORT_NUMBERS = 13;
/** Payloads beyond this size are posted by themselves. */
const INLINE_MAX_BYTES = 16 * 1024;
const STARTS: readonly StartKind[] = ['cold', 'fresh', 'restored', 'warm'];
const NO_VALUE = Number.NaN;
const NO_BYTES = new Uint8Array(0);

/** Calls on their way to a thread. */
export function encodeOrders(orders: readonly CallOrder[]): Frame<OrderRest> {
  const numbers = new Float64Array(orders.length * ORDER_NUMBERS);
  const rest: [number, OrderRest][] = [];
  const bytes = new ByteGatherer();
  for (const [index, order] of orders.entries()) {
    const inline = order.input.length <= INLINE_MAX_BYTES;
    const length = inline ? bytes.add(order.input) : 0;
    numbers.set(
      [order.id, order.handle, order.slot, order.timeoutMs, order.cpuMs, order.report ? 1 : 0, length],
      index * ORDER_NUMBERS,
    );
    if (!inline || order.cmdline !== '') {
      rest.push([index, { cmdline: order.cmdline, ...(inline ? {} : { input: alone(order.input) }) }]);
    }
  }
  return { numbers, bytes: bytes.all(), rest };
}

/** The orders of a frame; inputs are views of it. */
export function decodeOrders({ numbers, bytes, rest }: Frame<OrderRest>): CallOrder[] {
  const orders: CallOrder[] = [];
  const rare = new Map(rest);
  let offset = 0;
  for (let at = 0; at < numbers.length; at += ORDER_NUMBERS) {
    const extra = rare.size === 0 ? undefined : rare.get(orders.length);
    const length = number(numbers, at + 6);
    orders.push({
      id: number(numbers, at),
      handle: number(numbers, at + 1),
      slot: number(numbers, at + 2),
      timeoutMs: number(numbers, at + 3),
      cpuMs: number(numbers, at + 4),
      report: number(numbers, at + 5) === 1,
      cmdline: extra?.cmdline ?? '',
      input: extra?.input ?? (length === 0 ? NO_BYTES : bytes.subarray(offset, offset + length)),
    });
    offset += length;
  }
  return orders;
}

/** Reports on their way to the main thread. Output chunks that are posted by themselves are in `rest`. */
export function encodeReports(reports: readonly CallReport[]): Frame<ReportRest> {
  const numbers = new Float64Array(reports.length * REPORT_NUMBERS);
  const rest: [number, ReportRest][] = [];
  const bytes = new ByteGatherer();
  for (const [index, report] of reports.entries()) {
    const [only, ...more] = report.output;
    const inline = more.length === 0 && (only?.length ?? 0) <= INLINE_MAX_BYTES;
    const outputLength = inline && only !== undefined ? bytes.add(only) : 0;
    const logLength = bytes.add(report.log);
    numbers.set(
      [
        report.id,
        report.returnValue ?? NO_VALUE,
        STARTS.indexOf(report.start),
        report.initMs,
        report.runMs,
        report.cpuMs,
        report.longestTurnMs,
        report.peakPages,
        outputLength,
        logLength,
        report.error === undefined ? 0 : 1,
        report.peakFileBytes,
        report.peakOpenFiles,
      ],
      index * REPORT_NUMBERS,
    );
    if (inline && report.error === undefined) continue;
    rest.push([
      index,
      {
        ...(report.error === undefined ? {} : { error: report.error }),
        ...(inline ? {} : { output: report.output }),
      },
    ]);
  }
  return { numbers, bytes: bytes.all(), rest };
}

/** The reports of a frame; their bytes are copies, so that a kept result does not keep the whole frame. */
export function decodeReports({ numbers, bytes, rest }: Frame<ReportRest>): CallReport[] {
  const reports: CallReport[] = [];
  const rare = new Map(rest);
  let offset = 0;
  const take = (length: number): Uint8Array => {
    offset += length;
    return length === 0 ? NO_BYTES : bytes.slice(offset - length, offset);
  };
  for (let at = 0; at < numbers.length; at += REPORT_NUMBERS) {
    const extra = rare.size === 0 ? undefined : rare.get(reports.length);
    const returnValue = number(numbers, at + 1);
    const inline = take(number(numbers, at + 8));
    const log = take(number(numbers, at + 9));
    reports.push({
      id: number(numbers, at),
      ...(Number.isNaN(returnValue) ? {} : { returnValue }),
      ...(extra?.error === undefined ? {} : { error: extra.error }),
      output: extra?.output ?? (inline.length === 0 ? [] : [inline]),
      log,
      start: STARTS[number(numbers, at + 2)] ?? 'cold',
      initMs: number(numbers, at + 3),
      runMs: number(numbers, at + 4),
      cpuMs: number(numbers, at + 5),
      longestTurnMs: number(numbers, at + 6),
      peakPages: number(numbers, at + 7),
      peakFileBytes: number(numbers, at + 11),
      peakOpenFiles: number(numbers, at + 12),
    });
  }
  return reports;
}

/** Gathers many small pieces in one array. */
class ByteGatherer {
  #bytes = NO_BYTES;
  #used = 0;

  /** Copies `piece`; answers its length. */
  add(piece: Uint8Array): number {
    if (piece.length === 0) return 0;
    if (this.#used + piece.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(1024, this.#bytes.length * 2, this.#used + piece.length));
      larger.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#used);
    this.#used += piece.length;
    return piece.length;
  }

  all(): Uint8Array {
    return this.#used === 0 ? NO_BYTES : this.#bytes.slice(0, this.#used);
  }
}

/** Posting a view would copy all of what it is a view of. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function number(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0;
}
