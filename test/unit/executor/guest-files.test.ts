import { describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import type { ErrorRecord } from '../../../src/core/errors.ts';
import type { FileAnswer } from '../../../src/core/shared-file.ts';
import { GuestFiles } from '../../../src/executor/guest-files.ts';
import { KeptBytes } from '../../../src/executor/kept-bytes.ts';
import type { FromThread } from '../../../src/executor/protocol.ts';
import { ThreadFiles } from '../../../src/executor/thread-files.ts';

const PAGE = 65_536;

/** Files of a call whose user and host have 10 pages each, and the requests that they post. */
function setUp() {
  const budget = () => Budget.of({ memoryPages: 10, memories: 1, mappings: 1 });
  const [user, host] = [budget(), budget()];
  const posted: number[] = [];
  const thread = new ThreadFiles((message: FromThread) => {
    if (message.kind === 'file') posted.push(message.request);
  });
  const files = new GuestFiles(
    {
      user: 'demo',
      suspend: (start) =>
        new Promise((resolve) => {
          start((work) => resolve(work()));
        }),
      keptBeyond: () => new KeptBytes(user, host),
    },
    thread,
  );
  const used = () => [user.used('memoryPages'), host.used('memoryPages')];
  const answer = (given: FileAnswer = { found: { kind: 'missing' } }) => thread.answered(posted.shift() ?? -1, given);
  return { files, used, answer };
}

const write = (pages: number) => ({ kind: 'write', path: 'f', bytes: new Uint8Array(pages * PAGE) }) as const;
const nothing = (): void => {};

describe('copies for requests about shared files', () => {
  it('count for user and host until the request is answered', () => {
    const { files, used, answer } = setUp();
    expect(files.reserve(3 * PAGE)).toBe(true);
    expect(files.reserve(2 * PAGE)).toBe(true);
    files.post(write(3), nothing);
    files.post({ kind: 'move', path: 'f', to: 'g', sizeBytes: 2 * PAGE }, nothing);
    files.post({ kind: 'find', path: 'f' }, nothing);
    expect(used()).toEqual([5, 5]);
    expect(files.reserve(6 * PAGE)).toBe(false);
    expect(used()).toEqual([5, 5]);
    answer();
    expect(used()).toEqual([2, 2]);
    answer();
    answer();
    expect(used()).toEqual([0, 0]);
  });

  it('count on when the call has ended, unless no request has taken them', async () => {
    const { files, used, answer } = setUp();
    files.reserve(3 * PAGE);
    const asked = files.ask(write(3), () => 'written');
    files.reserve(4 * PAGE);
    files.clear();
    expect(used()).toEqual([3, 3]);
    answer();
    expect(await asked).toBe('written');
    expect(used()).toEqual([0, 0]);
  });
});

describe('what is written at the end of a call', () => {
  const failure = (message: string): FileAnswer => ({ error: { code: 'STORE_UNAVAILABLE', message } });

  it('is written when all of it is', () => {
    const { files, answer } = setUp();
    const ended: (ErrorRecord | undefined)[] = [];
    files.writeAll([write(0), write(0)], (error) => ended.push(error));
    answer();
    expect(ended).toEqual([]);
    answer();
    expect(ended).toEqual([undefined]);
  });

  it('is not when a part of it is not, which is told once', () => {
    const { files, answer } = setUp();
    const ended: (ErrorRecord | undefined)[] = [];
    files.writeAll([write(0), write(0), write(0)], (error) => ended.push(error));
    answer(failure('first'));
    answer(failure('second'));
    answer();
    expect(ended).toEqual([{ code: 'STORE_UNAVAILABLE', message: 'first' }]);
  });
});
