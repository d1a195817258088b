import type { CallState, LayerName, StartKind } from '../core/call.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import type { Cli, Style } from './context.ts';
import { fields, relativeTime, sizeText, timeText } from './format.ts';

/** A call as the host's JSON describes it. */
export interface CallRecord {
  readonly id: number;
  readonly user: string;
  readonly function: string;
  readonly version: string;
  readonly state: CallState;
  readonly returnValue?: number;
  readonly error?: ErrorRecord;
  readonly start?: StartKind;
  readonly layer?: LayerName;
  readonly times: {
    /** ISO 8601. */
    readonly submittedAt: string;
    readonly queuedMs?: number;
    readonly initMs?: number;
    readonly runMs?: number;
    readonly cpuMs?: number;
  };
  readonly peakMemoryBytes?: number;
  readonly outputBytes?: number;
  readonly logBytes?: number;
  readonly peakFileBytes?: number;
  readonly peakOpenFiles?: number;
  readonly limits?: Limits;
  readonly attempt?: number;
}

/** Whether nothing changes about the call any more. */
export function hasEnded(call: CallRecord): boolean {
  return call.state === 'success' || call.state === 'failed';
}

const STYLES: Readonly<Record<CallState, Style>> = {
  queued: 'dim',
  running: 'yellow',
  success: 'green',
  failed: 'red',
};

/** The call on one line: id, function, state, how long ago and how long. */
export function callLine(cli: Cli, call: CallRecord): string {
  const { id, user, function: name, state, times, error } = call;
  const outcome = error === undefined ? state : `${state} (${error.code})`;
  const ran = times.runMs === undefined ? '' : `, ran ${timeText(times.runMs)}`;
  const age = relativeTime(times.submittedAt, cli.now());
  return `${cli.paint('bold', String(id))} ${user}/${name} ${cli.paint(STYLES[state], outcome)}, ${age}${ran}`;
}

/** Everything about the call, a line each. */
export function callDetails(cli: Cli, call: CallRecord): string[] {
  const { times, error } = call;
  const spans = (['queued', 'init', 'run', 'cpu'] as const).flatMap((name) => {
    const span = times[`${name}Ms`];
    return span === undefined ? [] : [`${name} ${timeText(span)}`];
  });
  const bytes = (size: number | undefined, limit: keyof Limits): string | undefined =>
    of(size, call.limits?.[limit], sizeText);
  return fields([
    ['call', String(call.id)],
    ['function', `${call.user}/${call.function}`],
    ['version', call.version],
    ['state', call.state],
    ['error', error === undefined ? undefined : `${error.code}: ${error.message}`],
    ['returned', call.returnValue === undefined ? undefined : String(call.returnValue)],
    ['sent', relativeTime(times.submittedAt, cli.now())],
    ['times', spans.length === 0 ? undefined : spans.join(', ')],
    ['start', call.start === undefined ? undefined : `${call.start}, ${call.layer} layer`],
    ['memory', bytes(call.peakMemoryBytes, 'memoryBytes')],
    ['output', bytes(call.outputBytes, 'outputBytes')],
    ['log', bytes(call.logBytes, 'logBytes')],
    ['files', bytes(call.peakFileBytes, 'fileBytes')],
    ['open files', of(call.peakOpenFiles, call.limits?.openFiles, String)],
    ['attempt', call.attempt === undefined || call.attempt === 1 ? undefined : String(call.attempt)],
  ]);
}

/** `12 of 34`: what was used at most, and what might have been; undefined where that is not known. */
function of(used: number | undefined, limit: number | undefined, text: (value: number) => string): string | undefined {
  if (used === undefined) return undefined;
  return limit === undefined ? text(used) : `${text(used)} of ${text(limit)}`;
}
