/** Environment variables that every function has in Faasm. */
export const FAASM_ENVIRONMENT: Readonly<Record<string, string>> = {
  MKL_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  PYTHON_PATH: '/',
  PYTHONHOME: '/',
  PYTHONHASHSEED: '0',
  PYTHONNOUSERSITE: 'on',
  PYTHONWASM: '1',
};

/** `NAME=value` pairs: what every function has unless it is among its `own`, then those. */
export function environmentPairs(
  every: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): readonly string[] {
  const common = Object.entries(every).filter(([name]) => !Object.hasOwn(own, name));
  return [...common, ...Object.entries(own)].map(([name, value]) => `${name}=${value}`);
}
