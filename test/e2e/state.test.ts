import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GlobalState } from '../../src/core/global-state.ts';
import type { CallResult, RunningCall } from '../../src/index.ts';
import { memoryGlobalState } from '../../src/stores/memory-global-state.ts';
import { redisGlobalState } from '../../src/stores/redis-global-state.ts';
import { hostImports } from '../support/guests/host-imports.ts';
import { SHELL_KEYS, type ShellStep, STATE_SHELL, shellScript } from '../support/guests/state-shell.ts';
import { startRedis } from '../support/redis-server.ts';
import {
  begun,
  ending,
  outputWords,
  request,
  sleep,
  startRuntime,
  stopRuntime,
  type TestRuntime,
  words,
} from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

const { key } = SHELL_KEYS;
/** A value of several pages, and the last word of it. */
const LARGE = 100_000;
const LAST = LARGE - 4;

/** What two hosts see of one global tier, and how it ends. */
interface Tiers {
  readonly tiers: readonly [GlobalState, GlobalState];
  end(): Promise<void>;
}

async function inMemory(): Promise<Tiers> {
  const global = memoryGlobalState();
  return { tiers: [global, global], end: () => global.close() };
}

async function onRedis(): Promise<Tiers> {
  const server = await startRedis();
  const open = (): GlobalState => redisGlobalState({ url: server.socketUrl, prefix: 'test' });
  const tiers = [open(), open()] as const;
  return {
    tiers,
    async end() {
      await Promise.all(tiers.map((tier) => tier.close()));
      await server.remove();
    },
  };
}

/** Two hosts that share nothing but the global tier. */
describe.each([
  ['native', 'in memory', inMemory],
  ['portable', 'in memory', inMemory],
  ['native', 'on Redis', onRedis],
] as const)('state, %s layer, %s', (layer, _, openTiers) => {
  let shared: Tiers;
  let global: GlobalState;
  let one: TestRuntime;
  let other: TestRuntime;
  let shell: Uint8Array;
  let user = '';
  let users = 0;

  beforeAll(async () => {
    shared = await openTiers();
    [global] = shared.tiers;
    const options = { layer, threads: 2, limits: { timeoutMs: 250_000 } };
    const start = (globalState: GlobalState) => startRuntime({ ...options, globalState });
    [one, other] = await Promise.all([start(shared.tiers[0]), start(shared.tiers[1])]);
    shell = await wat(STATE_SHELL);
  });
  afterAll(async () => {
    await Promise.all([stopRuntime(one), stopRuntime(other)]);
    await shared.end();
  });
  // A user of its own for each test, and so keys of its own.
  beforeEach(async () => {
    users += 1;
    user = `user${users}`;
    for (const runtime of [one, other]) await runtime.upload({ user, function: 'shell' }, shell);
  });

  function start(runtime: TestRuntime, steps: readonly ShellStep[]): Promise<CallResult> {
    return runtime.invoke(request('shell', [], { user, input: shellScript(steps) }));
  }

  /** What the steps put, once they have ended well. */
  async function run(runtime: TestRuntime, ...steps: ShellStep[]): Promise<number[]> {
    const result = await start(runtime, steps);
    expect([ending(result), result.error?.message]).toEqual(['success', undefined]);
    return outputWords(result);
  }

  async function code(runtime: TestRuntime, ...steps: ShellStep[]): Promise<string> {
    return ending(await start(runtime, steps));
  }

  /** Starts a call that takes a lock and then does `steps`; answers it once it has the lock. */
  async function holding(lock: ShellStep, ...steps: ShellStep[]): Promise<RunningCall> {
    const call = await one.start(request('shell', [], { user, input: shellScript([lock, ['putPointer'], ...steps]) }));
    await begun(call);
    return call;
  }

  const globalWord = async (offset: number): Promise<number | undefined> => {
    const found = await global.read(user, key, offset, 4);
    return found && new Uint32Array(found.bytes.slice().buffer)[0];
  };

  it('shows one host what another has pushed once it pulls', async () => {
    await run(one, ['pointer', 8], ['store', 4, 7], ['push']);
    expect(await run(other, ['read', 8, 4])).toEqual([7]);
    await run(one, ['pointer', 8], ['store', 4, 8], ['push']);
    expect(await run(other, ['read', 8, 4], ['pull', 8], ['read', 8, 4])).toEqual([7, 8]);
  });

  it('keeps what two hosts push into one page, byte by byte, whether they declare it or not', async () => {
    await run(one, ['pointer', 8], ['push']);
    await run(other, ['pointer', 8]);
    await run(one, ['pointer', 8], ['store8', 1, 11], ['store8', 4, 14], ['push']);
    await run(other, ['pointer', 8], ['store8', 0, 20], ['store8', 2, 22], ['push']);
    await run(other, ['pointer', 8], ['store8', 3, 23], ['declare', 8, 3, 1], ['push']);
    expect((await global.read(user, key, 0, 8))?.bytes).toEqual(new Uint8Array([20, 11, 22, 23, 14, 0, 0, 0]));
    for (const runtime of [one, other]) {
      expect(await run(runtime, ['pull', 8], ['pointer', 8], ['load', 0], ['load', 4])).toEqual([0x17160b14, 14]);
    }
  });

  it('keeps what was changed here and not pushed when it pulls', async () => {
    await run(one, ['pointer', 12], ['push']);
    await run(other, ['pointer', 12], ['store', 0, 1], ['push']);
    const steps: ShellStep[] = [
      ['pointer', 12],
      ['store', 4, 2],
      ['write', 12, 8, 3],
      ['pull', 12],
    ];
    expect(await run(one, ...steps, ['load', 0], ['load', 4], ['load', 8], ['push'])).toEqual([1, 2, 3]);
    expect(await run(other, ['pull', 12], ['pointer', 12], ['load', 4], ['load', 8])).toEqual([2, 3]);
  });

  it('sends only the ranges that are declared, of a call that says it declares them', async () => {
    await run(one, ['pointer', 8], ['push']);
    // Once more, now that nobody is left who may have changed it without saying so.
    await run(one, ['push']);
    await run(
      one,
      ['declare', 0, 0, 0],
      ['pointer', 8],
      ['store', 0, 1],
      ['store', 4, 2],
      ['declare', 8, 4, 4],
      ['push'],
    );
    expect(await globalWord(4)).toBe(2);
    // Copies are compared anyway.
    if (layer === 'native') expect(await globalWord(0)).toBe(0);
  });

  it('gives equal pointers to one key, at any offset', async () => {
    const [whole = 0, part, again] = await run(
      one,
      ['pointer', LARGE],
      ['putPointer'],
      ['offsetPointer', LARGE, 12_345, 10],
      ['putPointer'],
      ['pointer', 0],
      ['putPointer'],
    );
    expect([part, again]).toEqual([whole + 12_345, whole]);
  });

  it('fetches just what is touched', async () => {
    await global.write(user, key, new Uint8Array(LARGE).fill(9));
    let read = 0;
    const before = global.read;
    global.read = async (...args) => {
      const found = await before.apply(global, args);
      read += found?.bytes.length ?? 0;
      return found;
    };
    try {
      expect(await run(one, ['read', LARGE, LAST])).toEqual([0x09090909]);
      expect(await run(one, ['offsetPointer', LARGE, 4000, 200], ['load', 0])).toEqual([0x09090909]);
      expect(read).toBe((LARGE % 4096) + 2 * 4096);
      await run(one, ['pull', LARGE]);
      expect(read).toBe(LARGE);
      // Known: nothing is read again.
      await run(one, ['pull', LARGE], ['pull', LARGE]);
      expect(read).toBe(LARGE);
    } finally {
      global.read = before;
    }
  });

  it('writes parts of a value that it has not fetched', async () => {
    await global.write(user, key, new Uint8Array(LARGE).fill(9));
    await run(one, ['write', LARGE, 50_001, 0x01020304], ['push']);
    const bytes = (await global.read(user, key, 0, LARGE))?.bytes ?? new Uint8Array();
    expect([...bytes.subarray(50_000, 50_006)]).toEqual([9, 4, 3, 2, 1, 9]);
    expect(bytes.filter((byte) => byte === 9).length).toBe(LARGE - 4);
  });

  it('pushes what a mask marks, and zeros the mask', async () => {
    await run(one, ['pointer', 12], ['push']);
    const marks: ShellStep[] = [
      ['maskPointer', 12],
      ['store8', 4, 1],
      ['store8', 5, 255],
    ];
    await run(one, ...marks, ['pointer', 12], ['store', 0, 1], ['store', 4, 0x11223344], ['pushMasked']);
    expect([await globalWord(0), await globalWord(4)]).toEqual([0, 0x3344]);
    expect(await run(one, ['maskPointer', 12], ['load', 4])).toEqual([0]);
    await run(one, ['push']);
    // What was not marked has not been forgotten.
    expect([await globalWord(0), await globalWord(4)]).toEqual([1, 0x11223344]);
  });

  it('adds and compares for all hosts at once', async () => {
    const count = 20;
    const adds = Array.from({ length: count }, (_, index) => run(index % 2 === 0 ? one : other, ['add', 4, 3, 4]));
    const sums = (await Promise.all(adds)).flat();
    expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => 3 * (index + 1)));
    expect(await run(one, ['compareAndSet', 4, 3 * count, 5], ['read', 8, 4])).toEqual([1, 5]);
    expect(await run(other, ['compareAndSet', 4, 3 * count, 6], ['read', 8, 4])).toEqual([0, 5]);
  });

  it('appends records that all hosts read in one order', async () => {
    await run(one, ['append', 1], ['append', 2]);
    await run(other, ['append', 3]);
    expect(await run(one, ['appended', 0, 3, 12], ['appended', 2, 9, 12])).toEqual([1, 3]);
    expect(await code(one, ['appended', 0, 3, 11])).toBe('STATE_SIZE_MISMATCH');
    await run(other, ['clearAppended']);
    expect(await run(one, ['size'])).toEqual([0]);
  });

  it('ends a call that asks for what is not there, with a code', async () => {
    expect(await code(one, ['push'])).toBe('STATE_UNINITIALISED');
    expect(await code(one, ['declareAll', 4])).toBe('STATE_UNINITIALISED');
    expect(await code(one, ['read', 8, 4])).toBe('STATE_NOT_FOUND');
    expect(await code(one, ['pull', 0])).toBe('STATE_LIMIT');
    await run(one, ['pointer', 8], ['push']);
    expect(await code(one, ['read', 8, 5])).toBe('STATE_SIZE_MISMATCH');
    expect(await code(one, ['write', 8, 5, 0])).toBe('STATE_SIZE_MISMATCH');
    expect(await code(one, ['declare', 8, 8, 1])).toBe('STATE_SIZE_MISMATCH');
    expect(await code(one, ['offsetPointer', 8, 8, 1])).toBe('STATE_SIZE_MISMATCH');
    expect(await code(one, ['pointer', 9])).toBe('STATE_SIZE_MISMATCH');
    expect(await code(one, ['unlockWrite'])).toBe('LOCK_LOST');
    expect(await code(one, ['unlockGlobal'])).toBe('LOCK_LOST');
    expect(await code(one, ['lockWrite'], ['lockRead'])).toBe('LOCK_TIMEOUT');
    expect(await code(one, ['lockGlobal'], ['lockGlobal'])).toBe('LOCK_TIMEOUT');
    // None of them has left a lock behind.
    expect(await run(one, ['lockWrite'], ['unlockWrite'], ['lockGlobal'], ['unlockGlobal'])).toEqual([]);
  });

  it('tells a host of a value that another one has replaced by one of another size', async () => {
    await run(one, ['pointer', 8], ['store', 0, 1], ['push']);
    await run(other, ['writeAll', 16, 3], ['push']);
    expect(await code(one, ['write', 8, 0, 5], ['push'])).toBe('STATE_SIZE_MISMATCH');
    expect(await code(one, ['pull', 8])).toBe('STATE_SIZE_MISMATCH');
    // Writing all of it settles it, and so does removing it.
    await run(one, ['writeAll', 8, 4], ['push']);
    expect(await run(other, ['pull', 0], ['size'], ['read', 8, 4])).toEqual([8, 0x04040404]);
  });

  it('counts exactly under the write lock, on one host', async () => {
    await run(one, ['write', 4, 0, 0]);
    const increment: ShellStep[] = [
      ['lockWrite'],
      ['pointer', 4],
      ['sleep', 1],
      ['atomicAdd', 0, 1],
      ['push'],
      ['unlockWrite'],
    ];
    await Promise.all(Array.from({ length: 20 }, () => run(one, ...increment)));
    expect(await run(one, ['lockRead'], ['read', 4, 0], ['unlockRead'])).toEqual([20]);
  });

  it('counts exactly under the global lock, on two hosts', async () => {
    await run(one, ['write', 4, 0, 0], ['push']);
    const increment: ShellStep[] = [
      ['lockGlobal'],
      ['pull', 4],
      ['pointer', 4],
      ['atomicAdd', 0, 1],
      ['push'],
      ['unlockGlobal'],
    ];
    await Promise.all(Array.from({ length: 20 }, (_, index) => run(index % 2 === 0 ? one : other, ...increment)));
    expect(await globalWord(0)).toBe(20);
  });

  it.each(['lockWrite', 'lockRead', 'lockGlobal'] as const)(
    'lets go of a lock when its call ends: %s',
    async (lock) => {
      const waiting: ShellStep[] = [lock === 'lockGlobal' ? ['lockGlobal'] : ['lockWrite']];
      const host = lock === 'lockGlobal' ? other : one;
      for (const last of [['end'], ['trap']] as const) {
        const holder = await holding([lock], ['sleep', 30], [...last]);
        expect(await run(host, ...waiting)).toEqual([]);
        await holder.result;
      }
      const holder = await holding([lock], ['sleep', 1_000_000]);
      one.cancel(holder.id);
      expect(ending(await holder.result)).toBe('CANCELLED');
      expect(await run(host, ...waiting)).toEqual([]);
    },
  );

  it('holds no thread while it waits for a lock, and leaves the queue when it is cancelled', async () => {
    const holder = await holding(['lockWrite'], ['sleep', 1_000_000]);
    const waiting = Array.from({ length: 50 }, () => start(one, [['lockWrite'], ['unlockWrite']]));
    const cancelled = await one.start(
      request('shell', [], { user, input: shellScript([['lockWrite'], ['sleep', 1]]) }),
    );
    await until(() => one.status(cancelled.id).state === 'running');
    await sleep(20);
    one.cancel(cancelled.id);
    expect(ending(await cancelled.result)).toBe('CANCELLED');
    // Others run meanwhile, on few threads.
    expect(await run(one, ['size'])).toEqual([0]);
    one.cancel(holder.id);
    expect(ending(await holder.result)).toBe('CANCELLED');
    for (const result of await Promise.all(waiting)) expect(ending(result)).toBe('success');
  });
});

describe('state in shared regions', () => {
  const twinBytes = (): number => Number(/^faasm_state_twin_bytes (\d+)$/m.exec(runtime.metrics())?.[1]);

  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await startRuntime({ limits: { timeoutMs: 250_000 } });
    await runtime.upload({ user: 'demo', function: 'shell' }, await wat(STATE_SHELL));
  });
  afterAll(() => stopRuntime(runtime));

  const run = async (...steps: ShellStep[]): Promise<number[]> => {
    const result = await runtime.invoke(request('shell', [], { input: shellScript(steps) }));
    expect(ending(result)).toBe('success');
    return outputWords(result);
  };

  it('shows stores and writes of one call to all others at once', async () => {
    await run(['pointer', LARGE]);
    const reader = run(['pointer', LARGE], ['store', 0, 1], ['spin', LAST, 42], ['load', LAST]);
    await run(['pointer', LARGE], ['spin', 0, 1], ['write', LARGE, LAST, 42]);
    expect(await reader).toEqual([42]);
  });

  it('tells what the copies take by which changes are found', async () => {
    await run(['writeAll', 64, 1], ['push']);
    const before = twinBytes();
    await run(['pointer', 64], ['store', 0, 5]);
    expect([before, twinBytes()]).toEqual([0, 65_536]);
  });

  it('keeps atomics of calls on several threads exact while others push and pull', async () => {
    await run(['writeAll', 64, 0], ['push']);
    const adders = Array.from({ length: 8 }, () => run(['pointer', 64], ['atomicAdd', 8, 1], ['repeat', 1, 20_000]));
    const pushers = Array.from({ length: 8 }, () => run(['push'], ['pull', 64], ['pushPartial'], ['repeat', 3, 20]));
    await Promise.all([...adders, ...pushers]);
    expect(await run(['push'], ['read', 64, 8])).toEqual([160_000]);
    expect((await runtime.state.get('demo', key))?.slice(8, 12)).toEqual(words([160_000]));
  });
});

/** Sets the key `value` to the file whose path is the input, and returns its size. */
const FROM_FILE = `(module
  ${hostImports('read_input')}
  (import "env" "__faasm_write_state_from_file" (func $from_file (param i32 i32) (result i32)))
  (memory 1)
  (data (i32.const 600) "value\\00")
  (func (export "main") (result i32)
    (drop (call $read_input (i32.const 1024) (i32.const 1024)))
    (call $from_file (i32.const 600) (i32.const 1024))))`;

describe.each(['native', 'portable'] as const)('state from files, %s layer', (layer) => {
  let runtime: TestRuntime;
  beforeAll(async () => {
    runtime = await startRuntime({ layer });
    await runtime.upload({ user: 'demo', function: 'from_file' }, await wat(FROM_FILE));
  });
  afterAll(() => stopRuntime(runtime));

  const fromFile = async (path: string): Promise<number | string | undefined> => {
    const result = await runtime.invoke(request('from_file', [], { input: new TextEncoder().encode(path) }));
    return result.error?.code === 'FUNCTION_FAILED' ? result.returnValue : ending(result);
  };

  it('takes shared ones, of the user and of all, and those of the call', async () => {
    const own = Uint8Array.from({ length: 5_000_000 }, (_, index) => index % 251);
    await runtime.files.put('demo', 'dir/model.bin', own);
    await runtime.files.put('shared', 'all.bin', Uint8Array.of(1, 2, 3));
    expect(await fromFile('faasm://dir/model.bin')).toBe(own.length);
    expect(Buffer.compare((await runtime.state.get('demo', key)) ?? new Uint8Array(), own)).toBe(0);
    expect(await fromFile('faasm:/all.bin')).toBe(3);
    expect(await runtime.state.get('demo', key)).toEqual(Uint8Array.of(1, 2, 3));
    // What is stored is a copy of the file.
    await runtime.state.setRange('demo', key, { offset: 0, bytes: Uint8Array.of(9) });
    expect(await runtime.files.get('shared', 'all.bin')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await fromFile('/etc/hosts')).toBe((await runtime.state.get('demo', key))?.length);
  });

  it('ends a call that names none, and leaves the value', async () => {
    await runtime.state.set('demo', key, Uint8Array.of(7));
    await runtime.files.put('other', 'secret', Uint8Array.of(1));
    for (const path of ['faasm://none', 'faasm://dir', 'faasm://', 'faasm://../other/secret', 'none', '/tmp', '']) {
      expect([path, await fromFile(path)]).toEqual([path, 'FILE_NOT_FOUND']);
    }
    expect(await runtime.state.get('demo', key)).toEqual(Uint8Array.of(7));
  });
});

describe.each(['native', 'portable'] as const)('state where memory is short, %s layer', (layer) => {
  let runtime: TestRuntime;
  const MIB = 1024 * 1024;
  const users = Array.from({ length: 12 }, (_, index) => `user${index}`);
  beforeAll(async () => {
    runtime = await startRuntime({ layer, threads: 2, budgets: { memoryBytes: 24 * MIB } });
    for (const user of users) await runtime.upload({ user, function: 'shell' }, await wat(STATE_SHELL));
  });
  afterAll(() => stopRuntime(runtime));

  const call = (user: string, ...steps: ShellStep[]) =>
    runtime.invoke(request('shell', [], { user, input: shellScript(steps) }));

  it('is dropped once it has been pushed and nobody uses it, and fetched again', async () => {
    const size = 4 * MIB;
    for (const [index, user] of users.entries()) {
      const result = await call(user, ['pointer', size], ['store', size - 4, index + 1], ['push']);
      expect([user, ending(result), result.error?.message]).toEqual([user, 'success', undefined]);
    }
    for (const [index, user] of users.entries()) {
      expect(await outputWords(await call(user, ['pointer', size], ['load', size - 4]))).toEqual([index + 1]);
    }
    expect(runtime.info().budgets.memoryBytes.used).toBeLessThanOrEqual(24 * MIB);
  });

  it('is kept where it has not been pushed, and others are refused', async () => {
    const size = 6 * MIB;
    const endings: string[] = [];
    for (const user of users) {
      const result = await call(user, ['add', 0, 0, 4], ['writeAll', 8, 7], ['pointer', 0], ['store', 0, 42]);
      expect(ending(result)).toBe('success');
    }
    for (const user of users) endings.push(ending(await call(user, ['maskPointer', size], ['store', 0, 42])));
    expect(new Set(endings)).toEqual(new Set(['success', 'HOST_OVERLOADED']));
    if (layer === 'portable') return;
    for (const [index, user] of users.entries()) {
      expect(await outputWords(await call(user, ['pointer', 8], ['load', 0]))).toEqual([42]);
      if (endings[index] !== 'success') continue;
      expect(await outputWords(await call(user, ['maskPointer', size], ['load', 0]))).toEqual([42]);
    }
  });
});
