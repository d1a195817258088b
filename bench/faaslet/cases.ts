/** A function and what its calls cost at most. */
export interface FaasletCase {
  readonly name: string;
  /** Sample of the user demo, or the interpreter of bench/interpreter. */
  readonly function: string;
  readonly input: string;
  readonly output: string;
  /** CPU per call in us that the project wants to reach on the native layer. */
  readonly targetUs: number;
  /** Calls per repetition on each layer; three times as many come first, until the optimising compiler has done its work. */
  readonly calls: { readonly native: number; readonly portable: number };
}

/** The cases of `bench -- faaslet`. */
export const FAASLET_CASES: readonly FaasletCase[] = [
  {
    name: 'small',
    function: 'hello',
    input: '',
    output: 'Hello Faasm!',
    targetUs: 15,
    calls: { native: 30_000, portable: 15_000 },
  },
  {
    name: 'grown',
    function: 'grow',
    input: '',
    output: '',
    targetUs: 25,
    calls: { native: 20_000, portable: 5_000 },
  },
  {
    name: 'region-64k',
    function: 'region',
    input: '',
    output: '',
    targetUs: 40,
    calls: { native: 20_000, portable: 100 },
  },
  {
    name: 'image-15mb',
    function: 'interpreter',
    input: "'Hello ' + 'Faasm!'",
    output: 'Hello Faasm!',
    targetUs: 60,
    calls: { native: 5_000, portable: 150 },
  },
];
