/** What a check of `faasm doctor` found. */
export interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** A finding without anything to do. */
export function ok(name: string, text: string): Finding {
  return { name, status: 'ok', text };
}

/** A finding one can live with. */
export function warn(name: string, text: string, advice: string): Finding {
  return { name, status: 'warn', text, advice };
}

/** A finding that keeps a host from working. */
export function fail(name: string, text: string, advice: string): Finding {
  return { name, status: 'fail', text, advice };
}
