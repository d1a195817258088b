import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { call, runningCalls, uploadSamples } from '../support/samples.ts';
import { type ServerProcess, spawnServer, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

let running: ServerProcess[] = [];

async function start(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await startServerProcess({ environment });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.map((server) => server.kill()));
  running = [];
});

describe('stop', () => {
  it('finishes the calls that were accepted, under load', async () => {
    const server = await start({ FAASM_GRACE_MS: '200000' });
    await uploadSamples(server, 'hello', 'sleep');
    let ended = 0;
    const slow = Array.from({ length: 100 }, async () => {
      const answer = await call(server, 'sleep', '1000');
      ended += 1;
      return answer;
    });
    let answered = 0;
    let refused = 0;
    let stopping = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!stopping) {
        // A connection that is not accepted any more is no lost call; an accepted one has an answer with a status.
        const answer = await call(server, 'hello').catch(() => undefined);
        if (answer === undefined || answer.headers.get('x-faasm-error') === 'SHUTTING_DOWN') refused += 1;
        else {
          expect([answer.status, answer.text]).toEqual([200, 'Hello Faasm!']);
          answered += 1;
        }
      }
    });
    const accepted = async (): Promise<number> => ended + (await runningCalls(server, 'sleep'));
    await until(async () => answered > 0 && (await accepted()) >= 100);
    server.process.kill('SIGTERM');
    const code = await server.exit;
    stopping = true;
    await Promise.all(load);
    const statuses = (await Promise.all(slow)).map((answer) => answer.status);
    expect(statuses).toEqual(Array(100).fill(200));
    expect(answered).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(server.output()).toContain('stopped');
  });

  it('cancels what runs longer than the grace period', async () => {
    const server = await start({ FAASM_GRACE_MS: '200' });
    await uploadSamples(server, 'sleep');
    const answer = call(server, 'sleep', '30000');
    await until(async () => (await runningCalls(server, 'sleep')) === 1);
    server.process.kill('SIGTERM');
    expect((await answer).headers.get('x-faasm-error')).toBe('SHUTTING_DOWN');
    expect(await server.exit).toBe(0);
  });

  it('is immediate on a second signal', async () => {
    const server = await start();
    await uploadSamples(server, 'sleep');
    const answer = call(server, 'sleep', '30000').catch(() => 'cut');
    await until(async () => (await runningCalls(server, 'sleep')) === 1);
    server.process.kill('SIGTERM');
    await until(() => server.output().includes('"stopping"'));
    // Right behind the first one it would be taken for its echo.
    const again = setInterval(() => server.process.kill('SIGINT'), 200);
    expect(await server.exit).toBe(130);
    clearInterval(again);
    expect(await answer).toBe('cut');
  });

  it('takes two signals at once for one, as npm passes on what the terminal has sent', async () => {
    const server = await start();
    await uploadSamples(server, 'sleep');
    const answer = call(server, 'sleep', '1500');
    await until(async () => (await runningCalls(server, 'sleep')) === 1);
    // The system makes one of two that are the same.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) server.process.kill(signal);
    expect((await answer).status).toBe(200);
    expect(await server.exit).toBe(0);
  });

  it('needs no grace when nothing runs', async () => {
    const server = await start({ FAASM_GRACE_MS: '600000' });
    server.process.kill('SIGINT');
    expect(await server.exit).toBe(0);
  });
});

describe('start', () => {
  it.each([
    [{ FAASM_THREADS: 'many' }, 2, /FAASM_THREADS is \\"many\\": use a whole number/],
    [{ FAASM_BIND_HOST: '0.0.0.0' }, 1, /FAASM_BIND_HOST is 0\.0\.0\.0.*no administrator's token/],
  ])('fails with what is wrong: %j', async (environment, code, message) => {
    const server = spawnServer({ environment });
    expect(await server.exit).toBe(code);
    expect(server.output()).toMatch(message);
  });

  it('fails with what to do when a port is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const server = spawnServer({ environment: { FAASM_UPLOAD_PORT: String(port) } });
    expect(await server.exit).toBe(1);
    expect(server.output()).toMatch(new RegExp(`upload port 127.0.0.1:${port} is in use.*FAASM_UPLOAD_PORT=<port>`));
    other.close();
  });

  it('warns of settings that do not exist', async () => {
    const server = await start({ FAASM_TREADS: '3' });
    expect(server.output()).toContain('"event":"unknown-setting","name":"FAASM_TREADS"');
  });
});
