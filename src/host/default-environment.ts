import type { HostContext } from './context.ts';

/** Environment variables that every function has in Faasm; a function's own settings take precedence. */
const DEFAULTS: Readonly<Record<string, string>> = {
  MKL_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  PYTHON_PATH: '/',
  PYTHONHOME: '/',
  PYTHONHASHSEED: '0',
  PYTHONNOUSERSITE: 'on',
  PYTHONWASM: '1',
};

const merged = new WeakMap<readonly string[], readonly string[]>();

/** The environment as programs see it, `NAME=value` pairs: the defaults, then what the function's settings say. */
export function environmentOf({ environment }: HostContext): readonly string[] {
  const known = merged.get(environment);
  if (known !== undefined) return known;
  const own = new Set(environment.map((pair) => pair.split('=', 1)[0]));
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !own.has(name));
  const all = [...defaults.map(([name, value]) => `${name}=${value}`), ...environment];
  merged.set(environment, all);
  return all;
}
