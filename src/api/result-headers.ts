import type { CallResult } from '../core/call.ts';

/** Headers that say how a call ran. */
export function resultHeaders(result: CallResult): Record<string, string> {
  return { 'x-faasm-call': String(result.id), 'x-faasm-start': result.start, 'x-faasm-layer': result.layer };
}
