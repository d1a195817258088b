import type { MetricRegistry } from './metrics.ts';

const MS = 1_000;
/** How often the lag is measured. */
const EVERY_MS = 50;
const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5] as const;

/** Measures how late timers of this thread are; answers how to stop. Does not keep the process alive. */
export function measureLoopLag(registry: MetricRegistry): () => void {
  const lag = registry
    .histogram('faasm_event_loop_lag_seconds', 'How late a timer of the main thread was.', [], SECONDS)
    .with();
  let dueAt = performance.now() + EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.observe(Math.max(0, now - dueAt) / MS);
    dueAt = now + EVERY_MS;
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
