import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { ending, randomNumbers, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const USER = 'sgd';
const FUNCTIONS = ['sgd_generate', 'sgd_step', 'sgd_loss'];
const EXAMPLES = 2000;
const EPOCHS = 120;
/** Losses that differ by this share are the same: where two workers meet, one of two steps of a weight may be lost. */
const TOLERANCE = 0.05;
/** Hundreds of calls one after the other, each of which waits for Redis: seconds on a machine with nothing else to do. */
const TRAINING_LIMIT_MS = 600_000;

const wasmOf = (name: string): Promise<Uint8Array> =>
  readFile(new URL(`../../build/func/sgd/${name}.wasm`, import.meta.url));

/** Calls a function of the user `sgd` with numbers as its input, and answers its output. */
type Call = (name: string, input?: readonly number[]) => Promise<string>;

function callIn(runtime: TestRuntime): Call {
  return async (name, input = []) => {
    const bytes = new TextEncoder().encode(input.join(' '));
    const result = await runtime.invoke({ ...request(name, [], { user: USER }), input: bytes });
    const output = Buffer.from(await result.output.bytes()).toString();
    expect([name, output, result.error, ending(result)]).toEqual([name, output, undefined, 'success']);
    return output;
  };
}

function callOn(server: ServerProcess): Call {
  return async (name, input = []) => {
    const message = { user: USER, function: name, input_data: input.join(' ') };
    const response = await fetch(server.invoke, { method: 'POST', body: JSON.stringify(message) });
    const output = await response.text();
    expect([name, output, response.status]).toEqual([name, output, 200]);
    return output;
  };
}

async function loss(call: Call): Promise<{ readonly loss: number; readonly rightPercent: number }> {
  const [, value, right] = /^loss ([\d.]+), ([\d.]+) % right$/.exec(await call('sgd_loss')) ?? [];
  return { loss: Number(value), rightPercent: Number(right) };
}

/** The loss after training, of weights that tell nearly all examples right. */
async function trainedLoss(call: Call): Promise<number> {
  const found = await loss(call);
  expect(found.rightPercent).toBeGreaterThan(95);
  return found.loss;
}

/**
 * All epochs; the workers of an epoch run at the same time. Where there are several hosts, of a weight that two of them have
 * changed the last one's value stays: which examples that favours must not depend on which host is slower, so that each
 * host gets other ones in each epoch, at random.
 */
async function train(hosts: readonly Call[], workers: number): Promise<void> {
  const random = randomNumbers(workers);
  await hosts[0]?.('sgd_generate', [EXAMPLES]);
  const shares = hosts.length > 1 ? 1 : 0;
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const first = random(workers);
    const steps = Array.from({ length: workers }, (_, place) => {
      const worker = (first + place) % workers;
      return hosts[(place + epoch) % hosts.length]?.('sgd_step', [worker, workers, epoch, 1, shares]);
    });
    await Promise.all(steps);
  }
}

/** What one worker on one host finds: the same every time. */
let alone: number;
let host: TestRuntime;

beforeAll(async () => {
  host = await startRuntime({ threads: 4 });
  for (const name of FUNCTIONS) await host.upload({ user: USER, function: name }, await wasmOf(name));
  await train([callIn(host)], 1);
  alone = await trainedLoss(callIn(host));
}, TRAINING_LIMIT_MS);
afterAll(() => stopRuntime(host));

describe('lock-free parallel SGD on one host', () => {
  it('has a set as sparse as RCV1', async () => {
    const output = await callIn(host)('sgd_generate', [EXAMPLES]);
    expect(output).toMatch(/^2000 examples, 47236 features, \d+ values, 0\.16\d %$/);
    const keys = (await host.state.list(USER, '')).map(({ key }) => key);
    const inputs = ['inputs_innr', 'inputs_outr', 'inputs_vals'];
    expect(keys).toEqual(['feature_counts', ...inputs, 'outputs', 'sgd_params', 'weights']);
    expect(await loss(callIn(host))).toEqual({ loss: 1, rightPercent: 0 });
  });

  it(
    'finds the same loss with 1, 2 and 4 workers',
    async () => {
      expect(alone).toBeLessThan(0.2);
      for (const workers of [2, 4]) {
        await train([callIn(host)], workers);
        expect(Math.abs((await trainedLoss(callIn(host))) / alone - 1)).toBeLessThan(TOLERANCE);
      }
      // What they have found is in the host's memory, and pushed when somebody asks for it.
      await host.state.push(USER, 'weights');
      const weights = new Float64Array(((await host.state.get(USER, 'weights')) ?? new Uint8Array()).slice().buffer);
      expect(weights.filter((weight) => weight !== 0).length).toBeGreaterThan(10_000);
    },
    TRAINING_LIMIT_MS,
  );
});

describe('lock-free parallel SGD on two hosts that share nothing but Redis', () => {
  let redis: RedisServer;
  let servers: readonly ServerProcess[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    const environment = { FAASM_STATE: 'redis', FAASM_REDIS_URL: redis.socketUrl };
    servers = await Promise.all([0, 1].map(() => startServerProcess({ environment })));
    for (const { upload } of servers) {
      for (const name of FUNCTIONS) {
        const body = new Blob([await wasmOf(name)]);
        expect((await fetch(`${upload}/f/${USER}/${name}`, { method: 'PUT', body })).status).toBe(200);
      }
    }
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await redis.remove();
  });

  async function pull({ upload }: ServerProcess): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ op: 'pull' });
    const answer = await fetch(`${upload}/v1/state/${USER}/weights`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }

  it.each([1, 2, 4])(
    'finds the same loss with %i workers',
    async (workers) => {
      await train(servers.map(callOn), workers);
      await Promise.all(servers.map(pull));
      const [one = 0, other] = await Promise.all(servers.map((server) => trainedLoss(callOn(server))));
      expect(other).toBe(one);
      // A worker that goes from host to host finds there what it has left elsewhere, to the last bit.
      expect(Math.abs(one / alone - 1)).toBeLessThan(workers === 1 ? 1e-9 : TOLERANCE);
    },
    TRAINING_LIMIT_MS,
  );
});
