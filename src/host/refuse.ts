import type { HostContext } from './context.ts';

const encoder = new TextEncoder();

/** Ends the call with `GRANT_MISSING`; its log says why, also when it is full. */
export function refuse(context: HostContext, message: string): never {
  context.log.writeLast(encoder.encode(`GRANT_MISSING: ${message}\n`));
  return context.fail('GRANT_MISSING', message);
}

/** A line of the call's log. Ends the call with `LOG_LIMIT` where there is no room. */
export function writeLine(context: HostContext, line: string): void {
  context.log.write(encoder.encode(`${line}\n`));
}
