import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallRequest, FunctionSettings } from '../../src/index.ts';
import { hostImports } from '../support/guests/host-imports.ts';
import { ending, invoke, request, startRuntime, stopRuntime, type TestRuntime, USER } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

const REFRESH_MS = 300;
const REF = { user: USER, function: 'versioned' };

/** A function whose output is `text`. */
const saying = (text: string): Promise<Uint8Array> =>
  wat(`(module
    (import "env" "__faasm_write_output" (func $write (param i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "${text}")
    (func (export "main") (result i32) (call $write (i32.const 0) (i32.const ${text.length})) (i32.const 0)))`);

/** A function that waits for `ms` before it says `text`. */
const sayingLate = (text: string, ms: number): Promise<Uint8Array> =>
  wat(`(module
    (import "env" "__faasm_write_output" (func $write (param i32 i32)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "${text}")
    (func (export "main") (result i32)
      (i32.store (i32.const 1040) (i32.const 1))
      (i64.store (i32.const 1048) (i64.const ${ms}000000))
      (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))
      (call $write (i32.const 0) (i32.const ${text.length})) (i32.const 0)))`);

async function said(runtime: TestRuntime, more: Partial<CallRequest> = {}): Promise<string> {
  const result = await runtime.invoke(request(REF.function, [], more));
  return result.error?.code ?? new TextDecoder().decode(await result.output.bytes());
}

describe('two hosts on one folder', () => {
  let folder: string;
  let here: TestRuntime;
  let there: TestRuntime;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'faasm-versions-'));
    const store = { kind: 'folder', folder, refreshMs: REFRESH_MS } as const;
    [here, there] = await Promise.all([startRuntime({ store, threads: 1 }), startRuntime({ store, threads: 1 })]);
  });

  afterAll(async () => {
    await Promise.all([stopRuntime(here), stopRuntime(there)]);
    await rm(folder, { recursive: true });
  });

  /** Until the other host must have looked at the store again. */
  const refreshed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REFRESH_MS + 100));

  it('serve what either uploads: at once there, elsewhere within the refresh time', async () => {
    await here.upload(REF, await saying('first'));
    expect(await said(here)).toBe('first');
    expect(await said(there)).toBe('first');
    await there.upload(REF, await saying('second'));
    expect(await said(there)).toBe('second');
    await refreshed();
    expect(await said(here)).toBe('second');
  });

  it('list the versions newest first, run each by its name, and roll back', async () => {
    const { current, versions } = await here.functions.versions(REF);
    const [second, first] = versions;
    expect(versions.map(({ version }) => version)).toEqual([second?.version, first?.version].toSorted().toReversed());
    expect(current).toBe(second?.version);
    expect(await said(here, { version: first?.version ?? '' })).toBe('first');
    expect(await said(there, { version: first?.sha256.slice(0, 12) ?? '' })).toBe('first');
    expect(await said(here)).toBe('second');
    expect((await here.functions.rollback(REF)).version).toBe(first?.version);
    expect(await said(here)).toBe('first');
    await refreshed();
    expect(await said(there)).toBe('first');
    await here.functions.rollback(REF, second?.version ?? '');
    expect(await said(here)).toBe('second');
  });

  it('say so when a version is not there', async () => {
    await expect(said(here, { version: '0'.repeat(64) })).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    await expect(said(here, { version: 'newest' })).rejects.toMatchObject({ code: 'INVALID_NAME' });
    await expect(here.functions.rollback(REF, '00000000')).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    const { current } = await here.functions.versions(REF);
    await expect(here.functions.removeVersion(REF, current)).rejects.toMatchObject({ code: 'VERSION_IN_USE' });
  });

  it('let a call that runs keep the version it started with', async () => {
    await here.upload(REF, await sayingLate('old', 300));
    const running = await here.start(request(REF.function));
    await here.upload(REF, await saying('new'));
    expect(await said(here)).toBe('new');
    const result = await running.result;
    expect(new TextDecoder().decode(await result.output.bytes())).toBe('old');
    expect(result.version).not.toBe((await here.functions.versions(REF)).current);
  });

  it('keep settings from version to version, and change them by a patch', async () => {
    const settings = { environment: { A: '1' }, limits: { timeoutMs: 5000 } };
    const { version } = await here.upload(REF, await saying('set'), settings);
    await here.upload(REF, await saying('set again'));
    expect((await here.functions.document(REF)).settings).toEqual(settings);
    const patched = await here.functions.configure(REF, { limits: null, environment: { B: '2' } });
    expect(patched.settings).toEqual({ environment: { A: '1', B: '2' } });
    expect((await here.functions.document(REF, version)).settings).toEqual(settings);
    await expect(here.functions.configure(REF, { limits: { memoryBytes: 1 } })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('take settings with a version that are made from those before', async () => {
    const ref = { user: 'demo', function: 'changed' };
    const change = (before: FunctionSettings) => ({ ...before, limits: { timeoutMs: 2000 } });
    expect((await here.upload(ref, await saying('new'), change)).settings).toEqual({ limits: { timeoutMs: 2000 } });
    await here.functions.configure(ref, { limits: { timeoutMs: 3000 }, environment: { A: '1' } });
    expect((await here.upload(ref, await saying('newer'), change)).settings).toEqual({
      limits: { timeoutMs: 2000 },
      environment: { A: '1' },
    });
    await expect(
      here.upload(ref, await saying('newest'), () => ({ limits: { memoryBytes: 1 } })),
    ).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await here.functions.remove(ref);
  });

  it('remove versions beyond the number that is kept', async () => {
    const before = (await here.functions.versions(REF)).versions.length;
    expect(before).toBeGreaterThan(3);
    const removed = await here.functions.collect(REF, 2);
    expect(removed).toHaveLength(before - 2);
    expect((await here.functions.versions(REF)).versions).toHaveLength(2);
    expect(await said(here)).toBe('set again');
  });

  it('forget a function that either removes', async () => {
    expect(await said(there)).toBe('set again');
    await here.functions.remove(REF);
    await expect(said(here)).rejects.toMatchObject({ code: 'FUNCTION_NOT_FOUND' });
    await refreshed();
    await expect(said(there)).rejects.toMatchObject({ code: 'FUNCTION_NOT_FOUND' });
    await expect(here.functions.remove(REF)).rejects.toMatchObject({ code: 'FUNCTION_NOT_FOUND' });
  });

  it('notice within the refresh time what was not there when they were asked first', async () => {
    await expect(said(there)).rejects.toMatchObject({ code: 'FUNCTION_NOT_FOUND' });
    await here.upload(REF, await saying('back'));
    await refreshed();
    expect(await said(there)).toBe('back');
  });

  it('go on with what is loaded while the store is gone, and recover with it', async () => {
    expect(await said(there)).toBe('back');
    await rename(folder, `${folder}-away`);
    await refreshed();
    expect(await said(there)).toBe('back');
    await expect(there.ready()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(there.invoke(request('other'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(there.upload(REF, await saying('lost'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await said(there)).toBe('back');
    await rename(`${folder}-away`, folder);
    await there.upload(REF, await saying('again'));
    expect(await said(there)).toBe('again');
    await refreshed();
    expect(await said(here)).toBe('again');
  });
});

describe('a function document', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime();
  });
  afterAll(() => stopRuntime(runtime));

  it('limits the calls under way', async () => {
    await runtime.upload({ user: USER, function: 'alone' }, await sayingLate('x', 60_000), {
      limits: { concurrency: 1 },
    });
    const first = await runtime.start(request('alone'));
    await expect(runtime.start(request('alone'))).rejects.toMatchObject({ code: 'CONCURRENCY_LIMIT', status: 429 });
    runtime.cancel(first.id);
    expect(ending(await first.result)).toBe('CANCELLED');
    const second = await runtime.start(request('alone'));
    runtime.cancel(second.id);
    await second.result;
  });

  const failing = (): Promise<Uint8Array> => wat('(module (func (export "main") (result i32) (i32.const 3)))');

  it('has failed calls tried again, for the reasons it names', async () => {
    const retries = { max: 2, backoffMs: 1, on: ['FUNCTION_FAILED'] } as const;
    await runtime.upload({ user: USER, function: 'again' }, await failing(), { retries });
    expect(await invoke(runtime, 'again')).toMatchObject({ attempt: 3, status: 'failed', returnValue: 3 });
    await runtime.functions.configure({ user: USER, function: 'again' }, { retries: { on: null } });
    expect(await invoke(runtime, 'again')).toMatchObject({ attempt: 1, status: 'failed' });
  });

  it('lets a call be cancelled while it waits to be tried again', async () => {
    const retries = { max: 1, backoffMs: 600_000, on: ['FUNCTION_FAILED'] } as const;
    const failingLater =
      await wat(`(module ${hostImports('write_state', 'push_state')} (memory 1) (data (i32.const 0) "key\\00")
      (func (export "main") (result i32)
        (call $write_state (i32.const 0) (i32.const 64) (i32.const 8))
        (call $push_state (i32.const 0))
        (i32.const 3)))`);
    await runtime.upload({ user: USER, function: 'later' }, failingLater, { retries });
    const { id, result } = await runtime.start(request('later'));
    // Once it has run, and failed, for the first time.
    await until(async () => (await runtime.state.get(USER, 'key')) !== undefined);
    await until(() => runtime.info().running === 0);
    expect(runtime.info().queued).toBe(1);
    expect(runtime.cancel(id)).toBe(true);
    expect(ending(await result)).toBe('CANCELLED');
    expect(runtime.info()).toMatchObject({ queued: 0, running: 0 });
  });

  const stateful = (call: string): Promise<Uint8Array> =>
    wat(`(module
      (import "env" "__faasm_read_state" (func $read (param i32 i32 i32) (result i32)))
      (import "env" "__faasm_write_state" (func $write (param i32 i32 i32)))
      (import "env" "__faasm_read_state_ptr" (func $pointer (param i32 i32) (result i32)))
      (import "env" "__faasm_push_state" (func $push (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "key\\00")
      (func (export "main") (result i32) ${call} (i32.const 0)))`);
  const CALLS = {
    read: '(drop (call $read (i32.const 0) (i32.const 64) (i32.const 8)))',
    size: '(drop (call $read (i32.const 0) (i32.const 0) (i32.const 0)))',
    write: '(call $write (i32.const 0) (i32.const 64) (i32.const 8))',
    pointer: '(drop (call $pointer (i32.const 0) (i32.const 8)))',
  };

  it.each([
    ['none', 'read', 'GRANT_MISSING'],
    ['none', 'size', 'GRANT_MISSING'],
    ['none', 'write', 'GRANT_MISSING'],
    ['read', 'read', 'success'],
    ['read', 'size', 'success'],
    ['read', 'write', 'GRANT_MISSING'],
    ['read', 'pointer', 'GRANT_MISSING'],
    ['write', 'write', 'success'],
    ['write', 'pointer', 'success'],
  ] as const)('that grants state = %s: %s ends with %s', async (state, call, expected) => {
    const name = `${state}-${call}`;
    await runtime.upload({ user: USER, function: name }, await stateful(CALLS[call]), { grants: { state } });
    expect(ending(await invoke(runtime, name))).toBe(expected);
  });

  it('answers one call to all who send its idempotency key', async () => {
    await runtime.upload({ user: USER, function: 'once' }, await sayingLate('x', 50));
    const ask = () => runtime.start(request('once', [1], { idempotencyKey: 'key' }));
    const [first, second] = [await ask(), await ask()];
    expect(second.id).toBe(first.id);
    await first.result;
    const third = await ask();
    expect(third.id).toBe(first.id);
    expect(new TextDecoder().decode(await (await third.result).output.bytes())).toBe('x');
    await expect(runtime.start(request('once', [2], { idempotencyKey: 'key' }))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('is listed with its calls, newest first', async () => {
    await invoke(runtime, 'once', [3]);
    const [newest, ...more] = runtime.calls({ user: USER, function: 'once', limit: 10 });
    expect(newest?.call.input).toHaveLength(0);
    expect(more.length).toBeGreaterThan(0);
    expect(runtime.calls({ state: 'running', limit: 10 })).toEqual([]);
    expect(runtime.calls({ limit: 1 })).toHaveLength(1);
    expect(runtime.calls({ user: 'nobody', limit: 10 })).toEqual([]);
  });
});
