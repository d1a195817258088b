import { describe, expect, it } from '@jest/globals';
import { UserCounts } from '../../../src/core/user-counts.ts';
import {
  type FunctionKind,
  LONG_TURN_MS,
  noneFree,
  type Placement,
  type PlacementLimits,
  place,
  type ThreadView,
} from '../../../src/scheduler/placement.ts';

const LIMITS: PlacementLimits = { threadsMax: 4, longMax: 2, shortMax: 2 };
const STUCK = LONG_TURN_MS + 1;
const WINDOW = 64;

const USER = 'demo';
/** The user has as many calls there as keep it from getting more. */
const MANY = counts(USER, 2);

function counts(user: string, count: number): UserCounts {
  const users = new UserCounts();
  users.add(user, count);
  return users;
}

/** Threads with the ids 1, 2, … */
function threads(...views: readonly Partial<ThreadView>[]): ThreadView[] {
  return views.map((view, index) => ({
    id: index + 1,
    base: index < 2,
    assigned: 0,
    suspended: 0,
    exclusive: 0,
    turnMs: 0,
    workMs: 0,
    users: MANY,
    ...view,
  }));
}

const IDLE = {};
const EXCLUSIVE = { assigned: 1, exclusive: 1 };
const STUCK_THREAD = { assigned: 1, turnMs: STUCK };
const FULL = { assigned: WINDOW };

interface Case {
  readonly name: string;
  readonly threads: readonly Partial<ThreadView>[];
  readonly starting?: number;
  readonly limits?: Partial<PlacementLimits>;
  /** Threads that the call's user has for itself; default: one. */
  readonly held?: number;
  readonly to: number | 'spawn' | 'wait';
}

/** Turns of the function in ms: not so short that a few of them are nothing. */
const TURN_MS = 1;

function placed(
  kind: FunctionKind,
  views: readonly ThreadView[],
  starting: number,
  limits: PlacementLimits,
  held = 1,
): Placement {
  return place({ user: USER, kind, turnMs: TURN_MS, held }, views, starting, limits);
}

function check(kind: FunctionKind, { threads: views, starting = 0, limits = {}, held = 1, to }: Case): void {
  const placement: Placement = placed(kind, threads(...views), starting, { ...LIMITS, ...limits }, held);
  expect(placement).toEqual(typeof to === 'number' ? { thread: to } : to);
}

describe('a call of a short function goes to', () => {
  it.each<Case>([
    { name: 'the first idle thread, which has it warm', threads: [IDLE, IDLE], to: 1 },
    { name: 'the thread with the least to do', threads: [{ assigned: 3 }, { assigned: 2 }], to: 2 },
    {
      name: 'where many are suspended rather than few run',
      threads: [{ assigned: 1 }, { assigned: 50, suspended: 50 }],
      to: 2,
    },
    { name: 'not a thread that a long call has for itself', threads: [EXCLUSIVE, { assigned: 5 }], to: 2 },
    { name: 'not a thread that is stuck', threads: [STUCK_THREAD, { assigned: 5 }], to: 2 },
    {
      name: 'a thread whose turn is not long yet',
      threads: [{ assigned: 1, turnMs: LONG_TURN_MS }, STUCK_THREAD],
      to: 1,
    },
    { name: 'no more threads than there are cores', threads: [{ assigned: 9 }, { assigned: 8 }, IDLE, IDLE], to: 2 },
    {
      name: 'further threads where the first are stuck',
      threads: [STUCK_THREAD, EXCLUSIVE, { assigned: 7 }, IDLE],
      to: 4,
    },
    {
      name: 'the thread with less work where another has as much as it should',
      threads: [
        { assigned: 2, workMs: 8 },
        { assigned: 3, workMs: 1 },
      ],
      to: 2,
    },
    {
      name: 'a thread whose work waits for something',
      threads: [
        { assigned: 10, workMs: 20, suspended: 9 },
        { assigned: 2, workMs: 4 },
      ],
      to: 1,
    },
    {
      name: 'a thread that has work enough, but none of the user',
      threads: [
        { assigned: 100, workMs: 200, users: counts('other', 100) },
        { assigned: 101, workMs: 1 },
      ],
      to: 1,
    },
    { name: 'the last place of a window', threads: [{ assigned: WINDOW - 1 }, FULL], to: 1 },
    { name: 'a full thread whose calls are suspended', threads: [{ assigned: WINDOW, suspended: 1 }, FULL], to: 1 },
  ])('$name', (one) => check('short', one));

  it.each<Case>([
    { name: 'waits where the windows are full: more threads would not help', threads: [FULL, FULL], to: 'wait' },
    { name: 'waits where there is work enough', threads: Array(2).fill({ assigned: 2, workMs: 4 }), to: 'wait' },
    { name: 'waits for a full thread while another is stuck', threads: [FULL, STUCK_THREAD], to: 'wait' },
    { name: 'gets a new thread where all are stuck', threads: [STUCK_THREAD, EXCLUSIVE], to: 'spawn' },
    { name: 'gets the first thread', threads: [], to: 'spawn' },
    { name: 'waits for a thread that is starting', threads: [STUCK_THREAD], starting: 1, to: 'wait' },
    { name: 'waits where there may be no more threads', threads: Array(4).fill(STUCK_THREAD), to: 'wait' },
    { name: 'counts starting threads', threads: Array(3).fill(STUCK_THREAD), starting: 1, to: 'wait' },
  ])('$name', (one) => check('short', one));
});

describe('a call of a function whose turns take next to nothing', () => {
  it.each<[string, number, readonly Partial<ThreadView>[], number]>([
    ['fills the first thread before it wakes another', 0.01, [{ assigned: 10 }, IDLE], 1],
    ['goes on to the next when the first has enough to do', 0.01, [{ assigned: 40 }, IDLE], 2],
    ['does not fill a thread that is stuck', 0.01, [{ assigned: 1, turnMs: STUCK }, IDLE], 2],
    ['does not fill a window', 0, [FULL, IDLE], 2],
  ])('%s', (_, turnMs, views, thread) => {
    expect(place({ user: USER, kind: 'short', turnMs, held: 0 }, threads(...views), 0, LIMITS)).toEqual({ thread });
  });
});

describe('a call of a long function', () => {
  it.each<Case>([
    { name: 'gets the last idle thread, away from the short ones', threads: [IDLE, IDLE, { assigned: 1 }], to: 2 },
    {
      name: 'gets no thread with suspended Faaslets while there may be others',
      threads: [{ assigned: 1, suspended: 1 }, { assigned: 1 }],
      to: 'spawn',
    },
    { name: 'leaves the last free thread to the others', threads: [EXCLUSIVE, IDLE], to: 'spawn' },
    {
      name: 'leaves the last free thread to the others, also while one is stuck',
      threads: [STUCK_THREAD, IDLE],
      to: 'spawn',
    },
    { name: 'waits where as many run as there are cores', threads: [EXCLUSIVE, EXCLUSIVE, IDLE, IDLE], to: 'wait' },
    { name: 'waits for a thread that is starting', threads: [EXCLUSIVE, IDLE], starting: 1, to: 'wait' },
    {
      name: 'shares the thread with the fewest suspended Faaslets where there can be no more',
      threads: [
        { assigned: 9, suspended: 9 },
        { assigned: 2, suspended: 2 },
      ],
      limits: { threadsMax: 2 },
      to: 2,
    },
    {
      name: 'leaves one of those to the others, too',
      threads: [EXCLUSIVE, { assigned: 2, suspended: 2 }],
      limits: { threadsMax: 2 },
      to: 'wait',
    },
    {
      name: 'takes the only thread where there is to be one',
      threads: [{ assigned: 2, suspended: 2 }],
      limits: { threadsMax: 1 },
      to: 1,
    },
    { name: 'gets the first thread', threads: [], to: 'spawn' },
  ])('$name', (one) => check('long', one));
});

describe('a call of a function that nobody knows', () => {
  it.each<Case>([
    { name: 'is treated like a long one', threads: [IDLE, IDLE], to: 2 },
    { name: 'gets the last free thread too: it may be short', threads: [EXCLUSIVE, IDLE], held: 0, to: 2 },
    {
      name: 'may be short, so it does not wait for long ones of others to end',
      threads: [EXCLUSIVE, EXCLUSIVE, IDLE, IDLE],
      held: 0,
      to: 4,
    },
    { name: 'waits where every thread is taken', threads: Array(4).fill(EXCLUSIVE), to: 'wait' },
  ])('$name', (one) => check('unknown', one));
});

describe('a user', () => {
  const eight = { threadsMax: 8, longMax: 2 };

  it.each<Case>([
    {
      name: 'gets a thread for its first long call, also where others have as many as there are cores',
      threads: [EXCLUSIVE, EXCLUSIVE, IDLE, IDLE],
      held: 0,
      limits: eight,
      to: 4,
    },
    {
      name: 'gets a new thread for it where none is idle',
      threads: [EXCLUSIVE, EXCLUSIVE, { assigned: 1, suspended: 1 }],
      held: 0,
      limits: eight,
      to: 'spawn',
    },
    {
      name: 'gets none for its second one where as many as there are cores run',
      threads: [EXCLUSIVE, EXCLUSIVE, IDLE, IDLE],
      held: 1,
      limits: eight,
      to: 'wait',
    },
    {
      name: 'leaves the last free thread to all others, also with its first one',
      threads: [...Array(7).fill(EXCLUSIVE), { assigned: 1 }],
      held: 0,
      limits: eight,
      to: 'wait',
    },
  ])('$name', (one) => check('long', one));

  it.each<[taken: number, held: number, to: number | 'wait']>([
    [2, 2, 8],
    [3, 2, 8],
    [3, 3, 'wait'],
    [4, 1, 8],
    [5, 1, 'wait'],
    [5, 0, 8],
    [6, 0, 8],
    [7, 0, 'wait'],
  ])('may hold fewer threads than it leaves to others: %i taken, %i by it', (taken, held, to) => {
    const views = Array.from({ length: 8 }, (_, index) => (index < taken ? EXCLUSIVE : IDLE));
    check('unknown', { name: '', threads: views, held, limits: eight, to });
  });
});

describe('a call that has its thread for itself, where there may be no more threads,', () => {
  const limits = { threadsMax: 4 };

  it.each<Case>([
    {
      name: 'does not get one of those that are kept for short ones',
      threads: [IDLE, IDLE, EXCLUSIVE, EXCLUSIVE],
      held: 0,
      limits,
      to: 'wait',
    },
    {
      name: 'gets the one where the fewest calls of others would wait for it',
      threads: [
        { assigned: 1 },
        { assigned: 1 },
        { assigned: 5, users: counts(USER, 5) },
        { assigned: 1, users: counts(USER, 0) },
      ],
      held: 0,
      limits,
      to: 3,
    },
  ])('$name', (one) => check('unknown', one));
});

describe('a host with no thread free', () => {
  it.each<[string, readonly Partial<ThreadView>[], boolean]>([
    ['every thread has a call for itself', [EXCLUSIVE, EXCLUSIVE], true],
    ['one has none', [EXCLUSIVE, { assigned: 3 }], false],
    ['there are no threads', [], true],
  ])('is one where %s', (_, views, expected) => {
    expect(noneFree(threads(...views))).toBe(expected);
  });
});

describe('placement, whatever the threads do,', () => {
  /** All combinations of up to three threads in typical states. */
  const states: Partial<ThreadView>[] = [
    IDLE,
    { assigned: 2 },
    EXCLUSIVE,
    STUCK_THREAD,
    FULL,
    { assigned: 5, suspended: 5 },
  ];
  const pools = states.flatMap((a) => [[a], ...states.flatMap((b) => [[a, b], ...states.map((c) => [a, b, c])])]);

  it('leaves a thread for short calls when long ones come in any number', () => {
    for (const pool of pools) {
      const views = threads(...pool);
      for (let call = 0; call < 10; call += 1) {
        const placement = placed('long', views, 0, { ...LIMITS, threadsMax: 4 });
        if (typeof placement === 'string') break;
        const view = views.find(({ id }) => id === placement.thread) as ThreadView;
        view.assigned += 1;
        view.exclusive += 1;
        expect(views.some(({ exclusive, turnMs }) => exclusive === 0 && turnMs <= LONG_TURN_MS)).toBe(true);
      }
    }
  });

  it('never gives two long calls the same thread, and no more threads than cores', () => {
    for (const pool of pools) {
      const views = threads(...pool);
      const before = views.filter(({ exclusive }) => exclusive > 0).length;
      for (let call = 0; call < 10; call += 1) {
        const placement = placed('long', views, 0, LIMITS);
        if (typeof placement === 'string') break;
        const view = views.find(({ id }) => id === placement.thread) as ThreadView;
        expect(view.exclusive).toBe(0);
        view.assigned += 1;
        view.exclusive += 1;
      }
      const after = views.filter(({ exclusive }) => exclusive > 0).length;
      expect(after).toBeLessThanOrEqual(Math.max(before, LIMITS.longMax));
    }
  });

  it('never starts a thread beyond the limit, nor two at a time', () => {
    for (const pool of pools) {
      for (const kind of ['short', 'long', 'unknown'] as const) {
        expect(placed(kind, threads(...pool), 0, { ...LIMITS, threadsMax: pool.length })).not.toBe('spawn');
        expect(placed(kind, threads(...pool), 1, { ...LIMITS, threadsMax: 9 })).not.toBe('spawn');
      }
    }
  });

  it('keeps nothing waiting on an idle host', () => {
    for (const kind of ['short', 'long', 'unknown'] as const) {
      for (let count = 1; count <= 3; count += 1) {
        const placement = placed(kind, threads(...Array<object>(count).fill(IDLE)), 0, LIMITS);
        expect(placement).not.toBe('wait');
      }
    }
  });
});
