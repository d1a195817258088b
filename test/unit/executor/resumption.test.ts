import { describe, expect, it } from '@jest/globals';
import { type ErrorRecord, FaasmError } from '../../../src/core/errors.ts';
import { resumeGuest } from '../../../src/executor/resumption.ts';
import { type ResumeWork, Suspension } from '../../../src/executor/suspension.ts';
import type { GuestThread } from '../../../src/faaslet/guest-thread.ts';

const TRAP = new Error('the trap');
/** See GuestThread: host state and kill flag. */
const [STATE, KILL] = [0, 1];

/** A guest that waits, and whether what it waited for was given up. */
function waiting() {
  const flags = new Int32Array(new SharedArrayBuffer(16));
  const thread = { guard: { flags }, trap: TRAP } as unknown as GuestThread;
  const guest: { error: ErrorRecord | undefined } = { error: undefined };
  const suspension = new Suspension(() => undefined);
  const state = { abandoned: 0 };
  const promise = suspension.begin<unknown>(
    () => undefined,
    () => {
      state.abandoned += 1;
    },
  );
  promise.catch(() => undefined);
  const resume = (work: ResumeWork): void => resumeGuest(suspension, work, guest, thread);
  return { flags, guest, suspension, state, promise, resume };
}

describe('a guest whose turn has come', () => {
  it('goes on with what the work has made, which is a part of the host call', async () => {
    const { flags, promise, resume, suspension, state } = waiting();
    let during = 0;
    resume(() => {
      during = flags[STATE] ?? 0;
      return 'value';
    });
    expect(await promise).toBe('value');
    expect([during, flags[STATE], suspension.pending, state.abandoned]).toEqual([1, 0, false, 0]);
  });

  it('is unwound without the work where it has been cancelled meanwhile', async () => {
    const { guest, promise, resume, state } = waiting();
    guest.error = { code: 'CANCELLED', message: 'cancelled' };
    resume(() => {
      throw new Error('not to be done');
    });
    await expect(promise).rejects.toBe(TRAP);
    expect([guest.error.code, state.abandoned]).toEqual(['CANCELLED', 1]);
  });

  it('is unwound when the work fails, and has its error', async () => {
    const { guest, promise, resume, state } = waiting();
    resume(() => {
      throw new FaasmError('STATE_NOT_FOUND', 'nothing there');
    });
    await expect(promise).rejects.toBe(TRAP);
    expect([guest.error, state.abandoned]).toEqual([{ code: 'STATE_NOT_FOUND', message: 'nothing there' }, 0]);
  });

  it('is unwound when the work has ended it', async () => {
    const { guest, promise, resume } = waiting();
    resume(() => {
      throw TRAP;
    });
    await expect(promise).rejects.toBe(TRAP);
    expect(guest.error).toBeUndefined();
  });

  it('waits on when the work does', () => {
    const { resume, suspension } = waiting();
    resume(() => suspension.begin(() => undefined));
    expect(suspension.pending).toBe(true);
  });

  it.each([
    ['with its value made', false, 0],
    ['waiting on, which is given up', true, 1],
  ])('is unwound when the watchdog wants it to end: %s', async (_, again, abandoned) => {
    const { flags, promise, resume, suspension } = waiting();
    let givenUp = 0;
    resume(() => {
      Atomics.store(flags, KILL, 1);
      if (!again) return 'value';
      const abandon = (): void => {
        givenUp += 1;
      };
      return suspension.begin(() => undefined, abandon);
    });
    await expect(promise).rejects.toBe(TRAP);
    expect([givenUp, suspension.pending]).toEqual([abandoned, false]);
  });
});
