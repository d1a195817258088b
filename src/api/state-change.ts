import { FaasmError, toFaasmError } from '../core/errors.ts';
import type { StateCondition, StateStat } from '../core/global-state.ts';
import type { StateAdmin } from '../core/ports.ts';
import type { ApiRequest } from './http.ts';
import { failedPrecondition, preconditionFailed, readPreconditions } from './preconditions.ts';

/** How often a change is tried whose condition holds for whatever others make of the value meanwhile. */
const ATTEMPTS = 16;

/**
 * Makes a change of a value if `If-Match` and `If-None-Match` hold, and for the very version for which they do. Throws
 * `PRECONDITION_FAILED`, `STATE_CONFLICT` when others change the value all the time, and what `change` throws.
 */
export async function changeIf<T>(
  state: StateAdmin,
  request: ApiRequest,
  { user, key }: { readonly user: string; readonly key: string },
  change: (condition: StateCondition) => Promise<T>,
): Promise<T> {
  const asked = readPreconditions(request);
  if (asked === undefined) return change({});
  for (let attempt = 1; ; attempt += 1) {
    const stat = await state.stat(user, key);
    const failed = failedPrecondition(asked, stat);
    if (failed !== undefined) throw preconditionFailed(failed, stat);
    try {
      return await change({ ifVersion: stat?.version ?? 0 });
    } catch (error) {
      if (toFaasmError(error).code !== 'STATE_CONFLICT' || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * Replaces a value as PUT asks for it: if its conditions hold. `bytes` belongs to the runtime from here. Throws as
 * {@link changeIf}, and `BAD_REQUEST` where only a range is sent.
 */
export async function replaceValue(
  state: StateAdmin,
  request: ApiRequest,
  place: { readonly user: string; readonly key: string },
  bytes: Uint8Array,
): Promise<StateStat> {
  if (request.header('content-range') !== undefined) {
    throw new FaasmError(
      'BAD_REQUEST',
      'PUT replaces the whole value: write a range with PATCH /v1/state and ?offset=.',
    );
  }
  return changeIf(state, request, place, (condition) => state.set(place.user, place.key, bytes, condition));
}

/** Throws `NOT_SUPPORTED` for conditions on changes that cannot have any, rather than to ignore them. */
export function refuseConditions(request: ApiRequest): void {
  if (readPreconditions(request) === undefined) return;
  throw new FaasmError(
    'NOT_SUPPORTED',
    'If-Match and If-None-Match are for GET, PUT, PATCH and DELETE; compareAndSet changes bytes if they are what they were.',
  );
}
