import type { UserCounts } from '../core/user-counts.ts';

/** What is known of how long a function keeps its thread. */
export type FunctionKind =
  /** Not seen yet. */
  | 'unknown'
  /** Its turns end within some ms: it shares threads with suspended Faaslets and others like it. */
  | 'short'
  /** CPU-bound: it gets threads that hold no suspended Faaslets. */
  | 'long';

/** A thread as placement sees it; the scheduler updates its copy with each call that it places. */
export interface ThreadView {
  readonly id: number;
  /** Whether it is one of those that are kept; the others come when they are needed. */
  readonly base: boolean;
  /** Calls given to it that have not ended, suspended ones included. */
  assigned: number;
  readonly suspended: number;
  /** Calls of unknown or long functions among them that have not been suspended. */
  exclusive: number;
  /** How long its current turn has been running, 0 between turns. */
  readonly turnMs: number;
  /** What the turns of the calls given to it take, as far as that is known. */
  workMs: number;
  /** How many of them are of each user. */
  readonly users: Pick<UserCounts, 'of'>;
}

export interface PlacementLimits {
  readonly threadsMax: number;
  /**
   * Long functions run on this many threads at the same time: more would only take turns on the cores. Beyond it each
   * user may have one.
   */
  readonly longMax: number;
  /** Short functions use this many threads unless those are stuck. */
  readonly shortMax: number;
}

/** Where a call goes: a thread, a new thread (start it and ask again), or the queue. */
export type Placement = { readonly thread: number } | 'spawn' | 'wait';

/** A turn longer than this makes a function CPU-bound, and its thread a bad place for others. */
export const LONG_TURN_MS = 5;
/** Work that a thread may have before it looks busy. */
const FILL_MS = 0.3;
/** Calls, and work, that a thread gets ahead of what it can run at once; the rest wait where they can go elsewhere. */
const WINDOW = 64;
const WINDOW_MS = 4;

/** Whether every thread is taken by a CPU-bound or unknown call: then the next call should not wait for a new one. */
export function noneFree(threads: readonly ThreadView[]): boolean {
  return threads.every((thread) => thread.exclusive > 0);
}

/** A call that wants a place. */
export interface Candidate {
  readonly user: string;
  /** Kind of its function, and what its turns take. */
  readonly kind: FunctionKind;
  readonly turnMs: number;
  /** Threads that its user has for itself already. */
  readonly held: number;
}

/** Chooses a place for a call. Pure: everything it knows is in its arguments. */
export function place(
  candidate: Candidate,
  threads: readonly ThreadView[],
  starting: number,
  limits: PlacementLimits,
): Placement {
  const { kind, held } = candidate;
  const room = threads.length + starting < limits.threadsMax;
  if (kind !== 'short' && !mayHold(kind, held, runningExclusive(threads), limits)) return 'wait';
  const chosen =
    kind === 'short' ? placeShort(candidate, threads, limits.shortMax) : placeExclusive(candidate, threads, room);
  if (chosen !== undefined) return { thread: chosen.id };
  if (kind === 'short' && threads.some((thread) => thread.exclusive === 0 && thread.turnMs <= LONG_TURN_MS))
    return 'wait';
  return room && starting === 0 ? 'spawn' : 'wait';
}

/** Whether a user may take another thread for itself: its first one, or one of those that are left to whoever comes. */
function mayHold(kind: FunctionKind, held: number, taken: number, limits: PlacementLimits): boolean {
  if (held === 0) return true;
  // As many as it leaves to others: so a few users can never hold all, however many calls they have.
  return kind === 'long' ? taken < limits.longMax : held < limits.threadsMax - limits.shortMax - taken;
}

function placeShort(
  { user, turnMs }: Candidate,
  threads: readonly ThreadView[],
  shortMax: number,
): ThreadView | undefined {
  let best: ThreadView | undefined;
  let seen = 0;
  for (const thread of threads) {
    if (thread.exclusive > 0 || thread.turnMs > LONG_TURN_MS) continue;
    // More threads than cores would only share the work, and the warm Faaslets, between more of them.
    seen += 1;
    if (seen > shortMax) break;
    if (isFull(thread, user)) continue;
    // Waking another thread costs as much as some calls do; and this one has just run the function and has it warm.
    if (backlog(thread) * turnMs < FILL_MS) return thread;
    if (best === undefined || backlog(thread) < backlog(best)) best = thread;
  }
  return best;
}

function placeExclusive(
  { user, kind }: Candidate,
  threads: readonly ThreadView[],
  room: boolean,
): ThreadView | undefined {
  const idle = threads.findLast((thread) => thread.assigned === 0);
  const free = threads.filter((thread) => thread.exclusive === 0 && thread.turnMs <= LONG_TURN_MS);
  if (room) {
    // The last thread without such a call stays so, for everybody else. A call that may turn out to be short gets it.
    return kind === 'long' && free.length === 1 ? undefined : idle;
  }
  // Where there are others at all, those that are kept are for short calls, and for what is suspended there.
  const others = threads.some(({ base }) => !base) ? free.filter(({ base }) => !base) : free;
  if (free.length <= 1 && threads.length > 1) return undefined;
  // Whatever else is there will have to wait: best if it is the user's own.
  return others.reduce<ThreadView | undefined>(
    (best, thread) => (best === undefined || ofOthers(thread, user) <= ofOthers(best, user) ? thread : best),
    undefined,
  );
}

function ofOthers({ assigned, users }: ThreadView, user: string): number {
  return assigned - users.of(user);
}

function runningExclusive(threads: readonly ThreadView[]): number {
  return threads.filter((thread) => thread.exclusive > 0).length;
}

/**
 * Whether a thread has enough to do for now. What others have there does not keep a user away, whose turns on the
 * thread come as often as theirs.
 */
function isFull(thread: ThreadView, user: string): boolean {
  const waiting = backlog(thread);
  // One may always wait for the one that runs, however long that takes, so that the thread has no pause between them.
  if (thread.users.of(user) < 2) return waiting >= 2 * WINDOW;
  return waiting >= WINDOW || (waiting > 1 && (thread.workMs * waiting) / thread.assigned >= WINDOW_MS);
}

function backlog(thread: ThreadView): number {
  return thread.assigned - thread.suspended;
}
