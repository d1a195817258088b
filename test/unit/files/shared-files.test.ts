import { afterEach, describe, expect, it } from '@jest/globals';
import { Budget } from '../../../src/core/budget.ts';
import { FaasmError } from '../../../src/core/errors.ts';
import type { FileStore } from '../../../src/core/ports.ts';
import type { FileAnswer } from '../../../src/core/shared-file.ts';
import { SharedFiles } from '../../../src/files/shared-files.ts';
import { fileStore } from '../../../src/stores/file-store.ts';
import { memoryObjectStore } from '../../../src/stores/memory-object-store.ts';

const PAGE = 65_536;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const made: SharedFiles[] = [];
afterEach(() => {
  for (const files of made.splice(0)) files.close();
});

/** Shared files on a store whose requests are counted, and can be made to wait or to fail. */
function setUp(options: { refreshMs?: number; pages?: number; userBytes?: number; fileBytes?: number } = {}) {
  const store = fileStore({ objects: memoryObjectStore() });
  const asked: string[] = [];
  const control: { before: (request: string) => Promise<void> } = { before: async () => {} };
  const ask = async <T>(request: string, work: () => Promise<T>): Promise<T> => {
    asked.push(request);
    await control.before(request);
    return work();
  };
  const watched: FileStore = {
    put: (user, path, bytes) => ask(`put ${user}/${path}`, () => store.put(user, path, bytes)),
    get: (user, path) => ask(`get ${user}/${path}`, () => store.get(user, path)),
    stat: (user, path) => ask(`stat ${user}/${path}`, () => store.stat(user, path)),
    remove: (user, path) => ask(`remove ${user}/${path}`, () => store.remove(user, path)),
    list: (user, prefix) => ask(`list ${user}/${prefix}`, () => store.list(user, prefix)),
  };
  const budget = Budget.of({ memoryPages: options.pages ?? 100, memories: 1, mappings: 1 });
  const stale: string[] = [];
  const files = new SharedFiles({
    store: watched,
    budget,
    cacheBytes: 10 * PAGE,
    userLimits: { files: 1000, bytes: options.userBytes ?? 1e9 },
    maxFileBytes: options.fileBytes ?? 1e9,
    refreshMs: options.refreshMs ?? 60_000,
    stale: (user, path) => stale.push(`${user}/${path}`),
  });
  made.push(files);
  return { files, store, asked, control, budget, stale };
}

type Setting = ReturnType<typeof setUp>;

async function read({ files }: Setting, path: string, thread = 1): Promise<string> {
  return shown(await files.answer(thread, 'demo', { kind: 'read', path }));
}

function shown(answer: FileAnswer): string {
  if ('error' in answer) return answer.error.code;
  const { found } = answer;
  return found.kind === 'file' && found.contents ? new TextDecoder().decode(found.contents.bytes.slice()) : found.kind;
}

function holdOf(answer: FileAnswer): number {
  if ('error' in answer || answer.found.kind !== 'file') throw new Error('no contents');
  return answer.found.contents?.hold ?? -1;
}

const away = async (): Promise<never> => {
  throw new FaasmError('STORE_UNAVAILABLE', 'away');
};

describe('shared files of a host', () => {
  it('ask the store once within the refresh time, also for many at the same time and for what is not there', async () => {
    const setting = setUp();
    await setting.store.put('demo', 'f', text('text'));
    const reads = await Promise.all([1, 2, 3, 4].map(() => read(setting, 'f')));
    expect([...reads, await read(setting, 'f')]).toEqual(Array(5).fill('text'));
    expect(setting.asked).toEqual(['stat demo/f', 'get demo/f']);
    for (const _ of [1, 2, 3]) expect(await read(setting, 'a/none')).toBe('missing');
    expect(setting.asked.slice(2)).toEqual([
      'stat demo/a/none',
      'stat shared/a/none',
      'list demo/a/none/',
      'list shared/a/none/',
    ]);
  });

  it('fetch contents again only where the file has been written again', async () => {
    const setting = setUp({ refreshMs: 0 });
    await setting.store.put('demo', 'f', text('one'));
    for (const _ of [1, 2, 3]) expect(await read(setting, 'f')).toBe('one');
    expect(setting.asked.filter((each) => each.startsWith('get'))).toHaveLength(1);
    await setting.store.put('demo', 'f', text('two'));
    expect(await read(setting, 'f')).toBe('two');
    await setting.store.remove('demo', 'f');
    await setting.store.put('shared', 'f', text('three'));
    expect(await read(setting, 'f')).toBe('three');
  });

  it('do not keep what was asked for before a change and came after it', async () => {
    const setting = setUp();
    await setting.store.put('demo', 'f', text('old'));
    let go = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    let held = false;
    setting.control.before = async (request) => {
      if (request !== 'stat demo/f' || held) return;
      held = true;
      await waiting;
    };
    const early = read(setting, 'f');
    await setting.files.files.put('demo', 'f', text('newer'));
    expect(await read(setting, 'f')).toBe('newer');
    go();
    expect(['old', 'newer']).toContain(await early);
    expect(await read(setting, 'f')).toBe('newer');
  });

  it('are read however often other hosts replace them meanwhile', async () => {
    const setting = setUp({ refreshMs: 0 });
    const { store, control, budget } = setting;
    await store.put('demo', 'f', new Uint8Array(1));
    let sizeBytes = 1;
    control.before = async (request) => {
      if (!request.startsWith('get')) return;
      sizeBytes += PAGE;
      await store.put('demo', 'f', new Uint8Array(sizeBytes));
    };
    for (const pages of [2, 3]) {
      const answer = await setting.files.answer(1, 'demo', { kind: 'read', path: 'f' });
      expect(answer).toMatchObject({ found: { kind: 'file', sizeBytes, contents: { bytes: { length: sizeBytes } } } });
      setting.files.release([holdOf(answer)]);
      expect(budget.used('memoryPages')).toBe(pages);
    }
  });

  it('see directories come and go with what this host writes', async () => {
    const setting = setUp();
    const find = async (path: string) => shown(await setting.files.answer(1, 'demo', { kind: 'find', path }));
    expect([await find(''), await find('a'), await find('a/b')]).toEqual(['directory', 'missing', 'missing']);
    await setting.files.files.put('demo', 'a/b/c', text(''));
    expect([await find('a'), await find('a/b'), await find('a/b/c')]).toEqual(['directory', 'directory', 'file']);
    await setting.files.answer(1, 'demo', { kind: 'move', path: 'a/b/c', to: 'a/d', sizeBytes: 0 });
    expect([await find('a'), await find('a/b'), await find('a/d')]).toEqual(['directory', 'missing', 'file']);
    await setting.files.answer(1, 'demo', { kind: 'remove', path: 'a/d' });
    expect([await find('a'), await find('a/d')]).toEqual(['missing', 'missing']);
  });

  it('go on with what is known while the store is away, and say so', async () => {
    const setting = setUp({ refreshMs: 0 });
    await setting.store.put('demo', 'f', text('known'));
    await read(setting, 'f');
    setting.control.before = away;
    expect(await read(setting, 'f')).toBe('known');
    expect(setting.stale).toEqual(['demo/f']);
    expect(await read(setting, 'g')).toBe('STORE_UNAVAILABLE');
    const write = { kind: 'write', path: 'f', bytes: text('x') } as const;
    expect(shown(await setting.files.answer(1, 'demo', write))).toBe('STORE_UNAVAILABLE');
  });

  it('charge contents to the budget of the host until nobody uses them and they have changed', async () => {
    const setting = setUp();
    const { files, budget, store } = setting;
    await store.put('demo', 'f', new Uint8Array(3 * PAGE));
    const first = holdOf(await files.answer(1, 'demo', { kind: 'read', path: 'f' }));
    const second = holdOf(await files.answer(2, 'demo', { kind: 'read', path: 'f' }));
    expect(budget.used('memoryPages')).toBe(3);
    await files.files.remove('demo', 'f');
    files.release([first]);
    expect(budget.used('memoryPages')).toBe(3);
    files.release([second, second, 99]);
    expect(budget.used('memoryPages')).toBe(0);
  });

  it('take back what a thread held that is gone, also what it asked for before', async () => {
    const setting = setUp();
    const { files, budget, store, control } = setting;
    await store.put('demo', 'f', new Uint8Array(PAGE));
    await files.answer(1, 'demo', { kind: 'read', path: 'f' });
    const late = files.answer(1, 'demo', { kind: 'read', path: 'f' });
    files.threadGone(1);
    await late;
    control.before = async () => {};
    await files.files.remove('demo', 'f');
    expect(budget.used('memoryPages')).toBe(0);
  });

  it('make room by what was used least recently, and give way to calls', async () => {
    const setting = setUp({ pages: 20 });
    const { files, budget, store, asked } = setting;
    for (const name of ['a', 'b', 'c']) await store.put('demo', name, new Uint8Array(4 * PAGE));
    const use = async (path: string): Promise<void> =>
      files.release([holdOf(await files.answer(1, 'demo', { kind: 'read', path }))]);
    for (const name of ['a', 'b', 'a', 'c', 'a']) await use(name);
    expect(asked.filter((each) => each.startsWith('get'))).toEqual(['get demo/a', 'get demo/b', 'get demo/c']);
    expect(budget.used('memoryPages')).toBe(8);
    await use('b');
    expect(asked.at(-1)).toBe('get demo/b');
    budget.charge('memoryPages', 11);
    while (budget.used('memoryPages') > 11) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(budget.used('memoryPages')).toBe(11);
  });

  it('leave room for others: who has files open may have three quarters of what others leave', async () => {
    const { files, store, budget } = setUp();
    for (const [user, path, pages] of [
      ['hostile', 'a', 3],
      ['hostile', 'b', 3],
      ['hostile', 'c', 2],
      ['shared', 's', 3],
      ['demo', 'd', 1],
      ['demo', 'e', 1],
    ] as const) {
      await store.put(user, path, new Uint8Array(pages * PAGE));
    }
    const open = (user: string, path: string) => files.answer(1, user, { kind: 'read', path });
    const held = [await open('hostile', 'a'), await open('hostile', 'b')].map(holdOf);
    const refused = await open('hostile', 'c');
    expect(refused).toMatchObject({ error: { code: 'HOST_OVERLOADED' } });
    expect('error' in refused && refused.error.message).toContain('hostile');
    // What is open anyway takes no more.
    held.push(holdOf(await open('hostile', 'a')));
    // The first one of a user may be larger.
    held.push(holdOf(await open('demo', 's')), holdOf(await open('hostile', 's')));
    expect(await open('demo', 'd')).toMatchObject({ error: { code: 'HOST_OVERLOADED' } });
    expect(budget.used('memoryPages')).toBe(9);
    files.release(held);
    expect(holdOf(await open('demo', 'd'))).toBeGreaterThanOrEqual(0);
    expect(holdOf(await open('demo', 'e'))).toBeGreaterThanOrEqual(0);
    for (const path of ['a', 'b']) expect(holdOf(await open('hostile', path))).toBeGreaterThanOrEqual(0);
  });

  it('have a largest size, also for functions', async () => {
    const { files, store } = setUp({ fileBytes: 10 });
    await files.files.put('demo', 'f', new Uint8Array(10));
    const write = { kind: 'write', path: 'f', bytes: new Uint8Array(11) } as const;
    const answer = await files.answer(1, 'demo', write);
    expect(answer).toMatchObject({ error: { code: 'STORE_FULL' } });
    expect('error' in answer && answer.error.message).toContain('FAASM_MAX_FILE_BYTES');
    expect((await store.stat('demo', 'f'))?.sizeBytes).toBe(10);
  });

  it('have a limit for each user, which counts what is there', async () => {
    const setting = setUp({ userBytes: 100 });
    const { files } = setting.files;
    await setting.store.put('demo', 'there', new Uint8Array(40));
    await files.put('demo', 'a', new Uint8Array(50));
    await files.put('demo', 'a', new Uint8Array(60));
    await expect(files.put('demo', 'b', new Uint8Array(1))).rejects.toMatchObject({ code: 'STORE_FULL' });
    await expect(files.put('demo', 'a', new Uint8Array(61))).rejects.toMatchObject({ code: 'STORE_FULL' });
    await files.put('other', 'b', new Uint8Array(100));
    await files.remove('demo', 'there');
    await files.put('demo', 'b', new Uint8Array(40));
  });

  it('have that limit also for many that are written at the same time', async () => {
    const { files, store, control } = setUp({ userBytes: 100 });
    const put = (path: string) => files.files.put('demo', path, new Uint8Array(40));
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map(put));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await store.list('demo', '')).toHaveLength(2);
    for (const { path } of await store.list('demo', '')) await files.files.remove('demo', path);
    // One that has not arrived in the store yet counts, too.
    let arrive = (): void => {};
    const gate = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    control.before = (request) => (request === 'put demo/slow' ? gate : Promise.resolve());
    const slow = files.files.put('demo', 'slow', new Uint8Array(80));
    await expect(put('f')).rejects.toMatchObject({ code: 'STORE_FULL' });
    arrive();
    await slow;
    await expect(put('f')).rejects.toMatchObject({ code: 'STORE_FULL' });
  });
});

describe('listings of shared files', () => {
  it('take turns for each user, so that nobody has more than one under way', async () => {
    const setting = setUp();
    const under = new Map<string, number>();
    const most = new Map<string, number>();
    setting.control.before = async (request) => {
      const [, user = ''] = /^list (?:shared\/)?([a-z]+)\//.exec(request) ?? [];
      under.set(user, (under.get(user) ?? 0) + 1);
      most.set(user, Math.max(most.get(user) ?? 0, under.get(user) ?? 0));
      await new Promise((resolve) => setImmediate(resolve));
      under.set(user, (under.get(user) ?? 0) - 1);
    };
    const list = (user: string) => setting.files.answer(1, user, { kind: 'list', path: user });
    await Promise.all([
      ...Array.from({ length: 5 }, () => list('demo')),
      ...Array.from({ length: 5 }, () => list('other')),
      setting.files.files.list('demo', 'demo/'),
    ]);
    expect([...most]).toEqual([
      ['demo', 1],
      ['other', 1],
    ]);
  });
});
