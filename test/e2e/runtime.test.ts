import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallResult, RunningCall, RuntimeOptions } from '../../src/index.ts';
import { buildSamples } from '../../src/toolchain/samples.ts';
import { hostImports, INPUT, PRINT, SLEEP } from '../support/guests/host-imports.ts';
import { ending, request, sleep, startRuntime, stopRuntime, type TestRuntime, words } from '../support/runtime.ts';
import { until } from '../support/until.ts';
import { wat } from '../support/wat.ts';

const MIB = 1024 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

type More = Parameters<typeof request>[2];

const samples = new Map<string, string>();

beforeAll(async () => {
  for (const { name, file } of await buildSamples()) samples.set(name, file);
}, 600_000);

async function uploadSample(runtime: TestRuntime, name: string, as = name): Promise<void> {
  await runtime.upload({ user: 'demo', function: as }, await readFile(samples.get(name) ?? `no sample ${name}`));
}

function start(runtime: TestRuntime, name: string, input: string | Uint8Array = '', more: More = {}) {
  return runtime.start(
    request(name, [], { input: typeof input === 'string' ? encoder.encode(input) : input, ...more }),
  );
}

async function call(runtime: TestRuntime, name: string, input: string | Uint8Array = '', more: More = {}) {
  return (await start(runtime, name, input, more)).result;
}

async function output(result: CallResult): Promise<string> {
  return decoder.decode(await result.output.bytes());
}

/** How a call ended and what it wrote. */
async function outcome(result: CallResult): Promise<string> {
  return `${ending(result)}: ${await output(result)}`;
}

async function withRuntime(options: RuntimeOptions, work: (runtime: TestRuntime) => Promise<void>): Promise<void> {
  const runtime = await startRuntime(options);
  try {
    await work(runtime);
  } finally {
    await stopRuntime(runtime);
  }
}

describe('sample functions', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime();
    for (const name of samples.keys()) await uploadSample(runtime, name);
  });

  afterAll(() => stopRuntime(runtime));

  it.each([
    ['hello', '', 'Hello Faasm!'],
    ['hello_ts', '', 'Hello Faasm!'],
    ['echo', 'a\0b', 'a\0b'],
    ['echo', '', 'Nothing to echo'],
    ['echo_ts', 'any bytes', 'any bytes'],
    ['echo_ts', '', 'Nothing to echo'],
    ['reverse_ts', 'héllo', 'olléh'],
    ['fibonacci', '20', 'Fibonacci 20 = 6765'],
    ['fibonacci', '', 'Fibonacci 4 = 3'],
    ['fibonacci_ts', '20', 'Fibonacci 20 = 6765'],
    ['fibonacci_ts', '', 'Fibonacci 4 = 3'],
    ['sleep', '25', 'Slept 25 ms'],
    ['zygote_check', '', 'Global A = 5, global B = 102, allocated in the zygote'],
    ['grow', '', ''],
    ['region', '', ''],
  ])('%s answers %p with %p, the first time and the tenth', async (name, input, expected) => {
    for (let time = 0; time < 10; time += 1) {
      expect(await outcome(await call(runtime, name, input))).toBe(`success: ${expected}`);
    }
  });

  it.each([
    ['3', 3],
    ['', 1],
  ])('exit_code with %p fails with what it exits with', async (input, code) => {
    const result = await call(runtime, 'exit_code', input);
    expect(await outcome(result)).toBe(`FUNCTION_FAILED: Exiting with ${code}`);
    expect([result.returnValue, result.error?.message]).toEqual([code, `Call failed (return value=${code})`]);
  });

  it('exit_code with 0 succeeds', async () => {
    expect(await outcome(await call(runtime, 'exit_code', '0'))).toBe('success: Exiting with 0');
  });

  it('echo gives back every byte, small and large', async () => {
    const input = new Uint8Array(3 * MIB).map((_, index) => (index * 7919) >> 3);
    for (const bytes of [input.subarray(0, 256), input]) {
      const result = await call(runtime, 'echo', bytes);
      expect(Buffer.compare(await result.output.bytes(), bytes)).toBe(0);
    }
  });

  it('stdio sees arguments, environment and input, and its stderr is the log', async () => {
    const wasm = await readFile(samples.get('stdio') ?? '');
    await runtime.upload({ user: 'demo', function: 'stdio' }, wasm, { environment: { NAME: 'value' } });
    const result = await call(runtime, 'stdio', 'one\ntwo\n', { cmdline: 'first  second' });
    const lines = (await output(result)).split('\n');
    // What every function has of Faasm's is in docs/host-interface.md.
    expect(lines.filter((line) => !/^environment: (PYTHON|MKL_|OPENBLAS_|LC_)/.test(line))).toEqual([
      'argument 0: function.wasm',
      'argument 1: first',
      'argument 2: second',
      'environment: NAME=value',
      'input 1: one',
      'input 2: two',
      'a float: 28.393',
    ]);
    expect(decoder.decode(result.log)).toBe('2 lines of input\n');
  });

  it('files are private to a call, and the host has none of its own to show', async () => {
    for (let time = 0; time < 3; time += 1) {
      const text = await outcome(await call(runtime, 'files'));
      expect(text).toMatch(/^success: \/tmp\/faasm\.txt: I am some test content\n\/etc: [a-z.,_-]+$/);
      expect(text).not.toContain('shadow');
    }
  });

  it('state_counter counts its calls, in the state of its user', async () => {
    for (const count of ['001', '002', '003']) {
      expect(await outcome(await call(runtime, 'state_counter'))).toBe(`success: Counter: ${count}`);
    }
    expect(await runtime.state.get('demo', 'counter')).toEqual(words([3]));
    await runtime.state.set('demo', 'counter', words([41]));
    expect(await outcome(await call(runtime, 'state_counter'))).toBe('success: Counter: 042');
    expect(await runtime.state.get('other', 'counter')).toBeUndefined();
  });

  it('word_count reads a large value, and says when there is none', async () => {
    expect(await outcome(await call(runtime, 'word_count', 'missing'))).toBe(
      'FUNCTION_FAILED: No value at key missing',
    );
    const line = 'the quick brown fox jumps over the lazy dog again\n';
    const text = encoder.encode(line.repeat(80_000));
    await runtime.state.set('demo', 'text', text);
    for (let time = 0; time < 2; time += 1) {
      expect(await outcome(await call(runtime, 'word_count'))).toBe(
        `success: 80000 lines, 800000 words, ${line.length * 80_000} bytes, 9 distinct words`,
      );
    }
    await runtime.state.set('demo', 'text', encoder.encode('a b\na'));
    expect(await outcome(await call(runtime, 'word_count'))).toBe(
      'success: 1 lines, 3 words, 5 bytes, 2 distinct words',
    );
  });

  it('produce and consume share a region while both run, several pairs at a time', async () => {
    const keys = ['ring-a', 'ring-b', 'ring-c'];
    const calls = keys.flatMap((key) => ['produce', 'consume'].map((name) => call(runtime, name, `5000 ${key}`)));
    const texts = await Promise.all((await Promise.all(calls)).map(outcome));
    const sums = new Set(texts.map((text) => text.replace(/^success: (Produced|Consumed) 5000 items, sum /, '')));
    expect(sums).toEqual(new Set([expect.stringMatching(/^\d+$/)]));
  });

  it('a thousand calls of all kinds at the same time all answer what they answer alone', async () => {
    const kinds: readonly (readonly [string, string, string])[] = [
      ['hello', '', 'success: Hello Faasm!'],
      ['echo', 'x'.repeat(20_000), `success: ${'x'.repeat(20_000)}`],
      ['fibonacci', '22', 'success: Fibonacci 22 = 17711'],
      ['sleep', '30', 'success: Slept 30 ms'],
      ['reverse_ts', 'abc', 'success: cba'],
      ['exit_code', '4', 'FUNCTION_FAILED: Exiting with 4'],
      ['zygote_check', '', 'success: Global A = 5, global B = 102, allocated in the zygote'],
      ['region', '', 'success: '],
      ['grow', '', 'success: '],
      ['files', '', 'success: /tmp/faasm.txt: I am some test content'],
    ];
    const before = new Int32Array((await stateOf(runtime, 'bench-region')).slice().buffer)[0] ?? 0;
    const wrong: string[] = [];
    const ids = new Set<number>();
    await Promise.all(
      Array.from({ length: 1000 }, async (_, index) => {
        const [name, input, expected] = kinds[index % kinds.length] as (typeof kinds)[number];
        const running = await start(runtime, name, input);
        ids.add(running.id);
        const found = await outcome(await running.result);
        if (!found.startsWith(expected)) wrong.push(`${name}: ${found.slice(0, 200)}`);
      }),
    );
    expect(wrong).toEqual([]);
    expect(ids.size).toBe(1000);
    expect([runtime.info().queued, runtime.info().running]).toEqual([0, 0]);
    const after = new Int32Array((await stateOf(runtime, 'bench-region')).slice().buffer)[0];
    expect(after).toBe(before + 100);
  });
});

/** The value of a region as Faaslets see it, through a function that writes it out. */
async function stateOf(runtime: TestRuntime, key: string): Promise<Uint8Array> {
  const text = `(module ${hostImports('state_ptr', 'fd_write')} (memory 1) ${PRINT}
    (data (i32.const 600) "${key}\\00")
    (func (export "main") (result i32)
      (call $print (i32.const 1) (call $state_ptr (i32.const 600) (i32.const 4)) (i32.const 4))))`;
  await runtime.upload({ user: 'demo', function: 'show' }, await wat(text));
  return (await call(runtime, 'show')).output.bytes();
}

describe('an upload', () => {
  let runtime: TestRuntime;

  beforeAll(async () => {
    runtime = await startRuntime({ threads: 1 });
  });

  afterAll(() => stopRuntime(runtime));

  const upload = async (wasm: Uint8Array, settings = {}) =>
    runtime.upload({ user: 'demo', function: 'uploaded' }, wasm, settings);
  const ENTRY = '(func (export "_start"))';

  it('that is cut off anywhere is refused as such, and the function before it stays', async () => {
    const whole = await wat(
      // The code comes last: a data section behind it could be missing, and nobody would notice.
      `(module ${hostImports('fd_write')} (memory 1) ${PRINT}
        (func (export "_start")
          (i32.store (i32.const 0) (i32.const 0x6968))
          (drop (call $print (i32.const 1) (i32.const 0) (i32.const 2)))))`,
    );
    await upload(whole);
    for (let length = 0; length < whole.length; length += 1) {
      await expect(upload(whole.subarray(0, length))).rejects.toMatchObject({
        code: expect.stringMatching(/^MODULE_(INVALID|NO_ENTRY)$/),
      });
    }
    expect(await outcome(await call(runtime, 'uploaded'))).toBe('success: hi');
  });

  it('of random bytes is refused, with and without the header of a module', async () => {
    const bytes = (seed: number) => new Uint8Array(200).map((_, index) => (seed * 7919 + index * index * 31) >> 2);
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = bytes(seed);
      await expect(upload(random)).rejects.toMatchObject({ code: 'MODULE_INVALID' });
      random.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
      await expect(upload(random)).rejects.toMatchObject({ code: 'MODULE_INVALID' });
    }
  });

  it('of another version of the format is refused', async () => {
    const wasm = await wat(`(module ${ENTRY})`);
    wasm[4] = 2;
    await expect(upload(wasm)).rejects.toMatchObject({ code: 'MODULE_INVALID' });
    // A component, as wasm-tools make them.
    wasm.set([0x0d, 0, 1, 0], 4);
    await expect(upload(wasm)).rejects.toMatchObject({ code: expect.stringMatching(/^MODULE_/) });
  });

  it('whose code has wrong types is refused', async () => {
    const wasm = await wat(`(module ${ENTRY} (func (result i32) (i32.const 7)))`);
    const at = wasm.lastIndexOf(0x41);
    wasm[at] = 0x42; // i64.const
    await expect(upload(wasm)).rejects.toMatchObject({ code: 'MODULE_INVALID' });
  });

  it('without an entry point is refused', async () => {
    await expect(upload(await wat('(module (func (export "other")))'))).rejects.toMatchObject({
      code: 'MODULE_NO_ENTRY',
    });
  });

  it('with imports that the host has not is refused with all of them', async () => {
    const wasm = await wat(`(module
      (import "env" "no_such_function" (func (param i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (import "elsewhere" "thing" (func (result i64)))
      (import "env" "__faasm_read_input" (func (param i64)))
      (memory 1) ${ENTRY})`);
    const error = await upload(wasm).catch((error) => error);
    expect(error.code).toBe('MODULE_IMPORTS');
    for (const name of ['no_such_function', 'elsewhere', 'thing', '__faasm_read_input']) {
      expect(error.message).toContain(name);
    }
    expect(error.message).not.toContain('fd_write');
  });

  it('that begins with more memory than the function may have is refused', async () => {
    await expect(upload(await wat(`(module (memory 65536) ${ENTRY})`))).rejects.toMatchObject({
      code: 'MODULE_UNSUPPORTED',
    });
    const small = { limits: { memoryBytes: MIB } };
    await expect(upload(await wat(`(module (memory 17) ${ENTRY})`), small)).rejects.toMatchObject({
      code: 'MODULE_UNSUPPORTED',
      message: expect.stringContaining(String(MIB)),
    });
    await upload(await wat(`(module (memory 16) ${ENTRY})`), small);
    expect(ending(await call(runtime, 'uploaded'))).toBe('success');
  });

  it.each([['../demo'], ['a/b'], [''], ['über']])('under the name %p is refused', async (name) => {
    const wasm = await wat(`(module ${ENTRY})`);
    await expect(runtime.upload({ user: 'demo', function: name }, wasm)).rejects.toMatchObject({
      code: 'INVALID_NAME',
    });
    await expect(runtime.upload({ user: name, function: 'f' }, wasm)).rejects.toMatchObject({ code: 'INVALID_NAME' });
    await expect(call(runtime, name)).rejects.toMatchObject({ code: 'INVALID_NAME' });
  });

  it('is said to be resettable or why it is not, and is listed', async () => {
    expect(await upload(await wat(`(module (memory 1) ${ENTRY})`))).toMatchObject({ resettable: true, reasons: [] });
    const growing = await wat(
      '(module (table 1 funcref) (func (export "_start") (drop (table.grow (ref.null func) (i32.const 1)))))',
    );
    const receipt = await upload(growing);
    expect(receipt.resettable).toBe(false);
    expect(receipt.reasons.join()).toContain('table.grow');
    expect(receipt.version).toMatch(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/);
    expect(receipt.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await runtime.functions.list()).toContainEqual({ user: 'demo', function: 'uploaded' });
  });

  it('belongs to its user: others have no such function', async () => {
    await upload(await wat(`(module ${ENTRY})`));
    await expect(call(runtime, 'uploaded', '', { user: 'other' })).rejects.toMatchObject({
      code: 'FUNCTION_NOT_FOUND',
    });
    await expect(call(runtime, 'never')).rejects.toMatchObject({ code: 'FUNCTION_NOT_FOUND' });
  });
});

/** Sleeps for as many ms as its input says, then writes `version`. */
function version(text: string): Promise<Uint8Array> {
  return wat(`(module ${hostImports('read_input', 'fd_write', 'poll_oneoff')} (memory 1)
    ${INPUT} ${PRINT} ${SLEEP}
    (data (i32.const 1024) "${text}")
    (func (export "main") (result i32)
      (call $sleep (call $input (i32.const 0)))
      (call $print (i32.const 1) (i32.const 1024) (i32.const ${text.length}))))`);
}

describe('a new version', () => {
  it('serves the calls that come after it; those before it end on the old one', () =>
    withRuntime({ audit: true }, async (runtime) => {
      const ref = { user: 'demo', function: 'versioned' };
      await runtime.upload(ref, await version('old'));
      const startAll = (ms: (index: number) => number) =>
        Promise.all(Array.from({ length: 20 }, (_, index) => start(runtime, 'versioned', words([ms(index)]))));
      const next = await version('new');
      const running = await startAll((index) => (index < 10 ? 100 : 0));
      await runtime.upload(ref, next);
      const after = await startAll(() => 1);
      const text = async (calls: readonly RunningCall[]) =>
        new Set(await Promise.all(calls.map(async ({ result }) => outcome(await result))));
      expect(await text(running)).toEqual(new Set(['success: old']));
      expect(await text(after)).toEqual(new Set(['success: new']));
      expect(runtime.audit().differences).toEqual([]);
    }));

  it('comes while calls are made without end: each gets one whole version, and never an older one than before', () =>
    withRuntime({ audit: true }, async (runtime) => {
      const ref = { user: 'demo', function: 'versioned' };
      const modules = await Promise.all(Array.from({ length: 8 }, (_, index) => version(`v${index}`)));
      let newest = -1;
      const put = async (index: number) => {
        await runtime.upload(ref, modules[index] as Uint8Array);
        newest = index;
      };
      await put(0);
      let over = false;
      const wrong: string[] = [];
      const callers = Array.from({ length: 8 }, async () => {
        while (!over) {
          const least = newest;
          const text = await outcome(await call(runtime, 'versioned', words([0])));
          const found = Number(/^success: v(\d)$/.exec(text)?.[1] ?? -1);
          if (found < least || found > newest + 1) wrong.push(`${text} between v${least} and v${newest}`);
        }
      });
      for (let index = 1; index < modules.length; index += 1) {
        await sleep(15);
        await put(index);
      }
      over = true;
      await Promise.all(callers);
      expect(wrong).toEqual([]);
      expect(runtime.audit().differences).toEqual([]);
    }));
});

describe('initialisation', () => {
  it('writes to nobody, also when it waits in the middle', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      const text = `(module ${hostImports('fd_write', 'poll_oneoff')} (memory 1) ${PRINT} ${SLEEP}
        (data (i32.const 1024) "zygote main")
        (func (export "_faasm_zygote") (result i32)
          (drop (call $print (i32.const 1) (i32.const 1024) (i32.const 7)))
          (call $sleep (i32.const 5)) (i32.const 0))
        (func (export "main") (result i32) (call $print (i32.const 1) (i32.const 1031) (i32.const 4))))`;
      await runtime.upload({ user: 'demo', function: 'zygote' }, await wat(text));
      const results = [await call(runtime, 'zygote'), await call(runtime, 'zygote')];
      expect(results.map(({ start }) => start)).toEqual(['cold', 'warm']);
      expect(await Promise.all(results.map(outcome))).toEqual(['success: main', 'success: main']);
    }));
});

describe('a call', () => {
  /** Input: 0: loop for ever; else sleep for so many ms. */
  const GUEST = `(module ${hostImports('read_input', 'poll_oneoff')} (memory 1) ${INPUT} ${SLEEP}
    (func (export "main") (result i32)
      (if (i32.eqz (call $input (i32.const 0))) (then (loop $ever (br $ever))))
      (call $sleep (call $input (i32.const 0))) (i32.const 0)))`;
  const LOOP = words([0]);

  const cancelled = async (runtime: TestRuntime, running: RunningCall): Promise<string> => {
    const began = performance.now();
    expect(runtime.cancel(running.id)).toBe(true);
    const result = await running.result;
    // It has a minute.
    expect(performance.now() - began).toBeLessThan(30_000);
    return ending(result);
  };

  it('can be cancelled while it is queued, running or suspended, and once', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
      const queued = await start(runtime, 'f', LOOP);
      expect(await cancelled(runtime, queued)).toBe('CANCELLED');

      const running = await start(runtime, 'f', LOOP);
      await until(() => runtime.status(running.id).state === 'running');
      await sleep(50);
      expect(await cancelled(runtime, running)).toBe('CANCELLED');

      const suspended = await start(runtime, 'f', words([60_000]));
      await until(() => runtime.status(suspended.id).state === 'running');
      await sleep(50);
      expect(await cancelled(runtime, suspended)).toBe('CANCELLED');

      for (const { id } of [queued, running, suspended]) {
        expect(runtime.cancel(id)).toBe(false);
        expect(runtime.status(id)).toMatchObject({ state: 'done', result: { error: { code: 'CANCELLED' } } });
      }
      expect(runtime.cancel(123_456_789)).toBe(false);
      expect(ending(await call(runtime, 'f', words([1])))).toBe('success');
    }));

  it('does not wait for another function whose calls never stop coming', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      await uploadSample(runtime, 'fibonacci', 'noisy');
      await uploadSample(runtime, 'hello', 'quiet');
      for (let time = 0; time < 5; time += 1) {
        await call(runtime, 'noisy', '18');
        await call(runtime, 'quiet');
      }
      let over = false;
      const callers = Array.from({ length: 500 }, async () => {
        while (!over) await call(runtime, 'noisy', '18');
      });
      await until(() => runtime.info().queued > 100);
      // One that waits until the others stop never ends.
      expect(ending(await call(runtime, 'quiet'))).toBe('success');
      over = true;
      await Promise.all(callers);
    }));

  it('is refused when too many wait, and accepted again when they have ended', () =>
    withRuntime({ threads: 1, queueLimit: 5 }, async (runtime) => {
      await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
      await call(runtime, 'f', words([1]));
      const outcomes = await Promise.allSettled(Array.from({ length: 9 }, () => start(runtime, 'f', words([20]))));
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused).toHaveLength(4);
      for (const one of refused) {
        expect(one).toMatchObject({ reason: { code: 'QUEUE_FULL', status: 503, retryable: true } });
      }
      for (const one of outcomes) {
        if (one.status === 'fulfilled') expect(ending(await one.value.result)).toBe('success');
      }
      expect(ending(await call(runtime, 'f', words([1])))).toBe('success');
    }));

  it('has a result that can be read any number of times', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      await uploadSample(runtime, 'echo');
      const text = 'y'.repeat(200_000);
      const { id, result, output: stream } = await start(runtime, 'echo', text, { detached: true });
      await result;
      for (let time = 0; time < 3; time += 1) {
        const status = runtime.status(id);
        if (status.state !== 'done') throw new Error(status.state);
        expect((await output(status.result)) === text).toBe(true);
        let length = 0;
        for await (const chunk of stream) length += chunk.length;
        expect(length).toBe(text.length);
      }
    }));

  it('has a result that expires; who has it may go on reading', () =>
    withRuntime({ threads: 1, resultTtlMs: 50 }, async (runtime) => {
      await uploadSample(runtime, 'echo');
      const { id, result } = await start(runtime, 'echo', 'text', { detached: true });
      await result;
      await until(() => {
        try {
          return runtime.status(id) === undefined;
        } catch (error) {
          expect(error).toMatchObject({ code: 'CALL_NOT_FOUND' });
          return true;
        }
      });
      expect(await output(await result)).toBe('text');
    }));

  it('is waited for until it ends, for a while, or until nobody wants to know', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      await runtime.upload({ user: 'demo', function: 'f' }, await wat(GUEST));
      const { id, result } = await start(runtime, 'f', words([60_000]));
      expect(await runtime.wait(id, 10)).toBeUndefined();
      const left = new AbortController();
      const waiting = runtime.wait(id, 3_600_000, left.signal);
      left.abort();
      expect(await waiting).toBeUndefined();
      expect(await runtime.wait(id, 3_600_000, left.signal)).toBeUndefined();
      const ended = runtime.wait(id, 3_600_000, new AbortController().signal);
      runtime.cancel(id);
      expect(await ended).toBe(await result);
    }));

  it('takes its input as a stream, and its error where that fails', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      await uploadSample(runtime, 'echo');
      async function* chunks() {
        for (const part of ['one ', 'two ', 'three']) {
          await sleep(1);
          yield encoder.encode(part);
        }
      }
      expect(await outcome(await runtime.invoke(request('echo', [], { input: chunks() })))).toBe(
        'success: one two three',
      );
      // biome-ignore lint/correctness/useYield: it fails first
      async function* failing(): AsyncGenerator<Uint8Array> {
        throw new Error('connection lost');
      }
      await expect(runtime.start(request('echo', [], { input: failing() }))).rejects.toThrow('connection lost');
      expect(runtime.info().running).toBe(0);
    }));

  it('with its output streams it while it runs', () =>
    withRuntime({ threads: 1 }, async (runtime) => {
      const text = `(module ${hostImports('fd_write', 'poll_oneoff', 'state_ptr')} (memory 1) ${PRINT} ${SLEEP}
        (data (i32.const 600) "gate\\00") (data (i32.const 1024) "first second")
        (func (export "main") (result i32)
          (drop (call $print (i32.const 1) (i32.const 1024) (i32.const 5)))
          (loop $closed
            (call $sleep (i32.const 5))
            (br_if $closed (i32.eqz (i32.load (call $state_ptr (i32.const 600) (i32.const 4))))))
          (call $print (i32.const 1) (i32.const 1029) (i32.const 7))))`;
      await runtime.upload({ user: 'demo', function: 'slow' }, await wat(text));
      const running = await start(runtime, 'slow');
      let ended = false;
      void running.result.then(() => {
        ended = true;
      });
      const seen: [string, boolean][] = [];
      for await (const chunk of running.output) {
        seen.push([decoder.decode(chunk), ended]);
        await runtime.state.set('demo', 'gate', words([1]));
      }
      expect(seen[0]).toEqual(['first', false]);
      expect(seen.map(([part]) => part).join('')).toBe('first second');
    }));
});

describe('closing', () => {
  const SLEEPER = version('done');

  it('lets accepted calls end, refuses new ones meanwhile', async () => {
    const runtime = await startRuntime({ threads: 1 });
    await runtime.upload({ user: 'demo', function: 'f' }, await SLEEPER);
    await call(runtime, 'f', words([1]));
    const accepted = await Promise.all(Array.from({ length: 50 }, () => start(runtime, 'f', words([150]))));
    const closing = runtime.close({ graceMs: 250_000 });
    await expect(start(runtime, 'f', words([1]))).rejects.toMatchObject({ code: 'SHUTTING_DOWN', retryable: true });
    await expect(runtime.upload({ user: 'demo', function: 'g' }, await SLEEPER)).rejects.toMatchObject({
      code: 'SHUTTING_DOWN',
    });
    await closing;
    const results = await Promise.all(accepted.map(({ result }) => result));
    expect(new Set(await Promise.all(results.map(outcome)))).toEqual(new Set(['success: done']));
  });

  it('ends what is left when the grace is over: running, suspended and queued', async () => {
    const runtime = await startRuntime({ threads: 1 });
    await runtime.upload({ user: 'demo', function: 'f' }, await SLEEPER);
    await runtime.upload(
      { user: 'demo', function: 'loop' },
      await wat('(module (func (export "_start") (loop (br 0))))'),
    );
    await call(runtime, 'f', words([1]));
    const calls = [
      ...(await Promise.all(Array.from({ length: 5 }, () => start(runtime, 'f', words([60_000]))))),
      ...(await Promise.all(Array.from({ length: 20 }, () => start(runtime, 'loop')))),
    ];
    await sleep(50);
    const began = performance.now();
    await runtime.close({ graceMs: 100 });
    // They have a minute.
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(new Set(await Promise.all(calls.map(async ({ result }) => ending(await result))))).toEqual(
      new Set(['SHUTTING_DOWN']),
    );
    expect(runtime.info().running).toBe(0);
    await runtime.close();
  });

  it('refuses a call whose input has come too late: every call that was accepted ends', async () => {
    const runtime = await startRuntime({ threads: 1 });
    await runtime.upload({ user: 'demo', function: 'f' }, await SLEEPER);
    async function* late() {
      await sleep(200);
      yield words([1]);
    }
    const outcomeOf = async (): Promise<string> => {
      const running = await runtime.start(request('f', [], { input: late() }));
      return ending(await running.result);
    };
    const found = outcomeOf().catch((error) => error.code);
    await runtime.close({ graceMs: 1000 });
    // One that never ended would run into jest's own limit.
    expect(await found).toBe('SHUTTING_DOWN');
  });
});
