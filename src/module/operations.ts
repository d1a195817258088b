import { unsupportedModule } from './module-errors.ts';

/**
 * Operations whose sites in the code become calls to functions that the rewriter appends: those that the host
 * virtualises and those that may run long. V8 looks for termination only at function entry and loop back edges.
 */
export type OperationName =
  | 'memory.size'
  | 'memory.grow'
  | 'memory.init'
  | 'memory.copy'
  | 'memory.fill'
  | 'table.init'
  | 'table.copy'
  | 'table.grow'
  | 'table.fill'
  /**
   * None of the upload's: it is called before each tail call. V8 takes functions that make no other calls for leaves,
   * which it lets begin without a look; tail calls among them would run for ever.
   */
  | 'checkpoint';

/** One operation with its immediates; every distinct one gets one appended function. */
export interface Operation {
  readonly name: OperationName;
  /** Segment or table indices in the order of the binary format; those of memories left out. */
  readonly immediates: readonly number[];
}

/** A place in a function body: the instruction in [start, end), byte offsets in the upload; an empty range is a place between two. */
export interface Site {
  readonly start: number;
  readonly end: number;
  /** Index in {@link CodeScan.operations}. */
  readonly operation: number;
}

/** What the walk over all code found. */
export interface CodeScan {
  readonly operations: readonly Operation[];
  /** Sites in order, by position of the body in the code section. */
  readonly sites: ReadonlyMap<number, readonly Site[]>;
  /** Why reset in place cannot be proved equal to a fresh instance; the first place of each kind. */
  readonly unprovable: readonly string[];
}

/** Compilers make some hundreds in a megabyte; each costs the host memory while an upload is read. */
const MAX_SITES = 1_000_000;

/** Gathers what the walk finds. */
export class ScanCollector implements CodeScan {
  readonly operations: Operation[] = [];
  readonly sites = new Map<number, Site[]>();
  #count = 0;
  readonly #known = new Map<string, number>();
  readonly #reasons = new Map<string, string>();

  get unprovable(): readonly string[] {
    return [...this.#reasons.values()];
  }

  /** Notes that the instruction in [start, end) of body `body`, which may be none, is to become a call. */
  addSite(body: number, start: number, end: number, name: OperationName, immediates: readonly number[]): void {
    const key = `${name} ${immediates.join(' ')}`;
    let operation = this.#known.get(key);
    if (operation === undefined) {
      operation = this.operations.length;
      this.#known.set(key, operation);
      this.operations.push({ name, immediates });
    }
    this.#count += 1;
    if (this.#count > MAX_SITES)
      throw unsupportedModule(start, `more than ${MAX_SITES} bulk operations`, 'Call a function.');
    const site = { start, end, operation };
    const earlier = this.sites.get(body);
    if (earlier === undefined) this.sites.set(body, [site]);
    else earlier.push(site);
  }

  /** Notes an instruction whose effect a reset cannot undo. */
  addReason(name: string, functionIndex: number): void {
    if (!this.#reasons.has(name)) this.#reasons.set(name, `${name} at function ${functionIndex}`);
  }
}
