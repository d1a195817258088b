/**
 * What `work` resolves to; undefined when `waitMs` have passed, or `signal` is aborted, before that. Rejects as `work`
 * does. Leaves neither a timer nor a listener behind.
 */
export async function within<T>(work: Promise<T>, waitMs: number, signal?: AbortSignal): Promise<T | undefined> {
  if (signal?.aborted === true) return undefined;
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const stop = (): void => resolve(undefined);
  const timer = setTimeout(stop, waitMs);
  signal?.addEventListener('abort', stop);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
