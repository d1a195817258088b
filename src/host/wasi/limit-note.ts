import type { HostContext } from '../context.ts';

/** What a note needs of the call. */
export type NotedCall = Pick<HostContext, 'slot' | 'log'>;

const NOTED = Symbol('limits noted');
const encoder = new TextEncoder();

/**
 * Says in the call's log, also when it is full, that the program is about to get an error number because of a limit: it
 * may swallow the number. Once only for each `limit`, which names it.
 */
export function noteLimit(call: NotedCall, limit: string, line: string): void {
  const noted = call.slot(NOTED, () => new Set<string>());
  if (noted.has(limit)) return;
  noted.add(limit);
  call.log.writeLast(encoder.encode(`${line}\n`));
}
