import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSamples } from '../../src/toolchain/samples.ts';
import type { ShellStep } from '../support/guests/state-shell.ts';
import { type RedisHosts, runShell, send, startRedisHosts } from '../support/redis-hosts.ts';
import { type Expected, SAMPLE_CASES, type SampleCase } from '../support/sample-cases.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { temporaryFolder } from '../support/store-folder.ts';

/** Samples that use state. */
const SAMPLES = /^demo\/(state.*|increment|counter_ts|print_state|word_count)$/;
const CASES = SAMPLE_CASES.filter(({ sample }) => SAMPLES.test(sample));

describe('two host processes on one Redis', () => {
  let hosts: RedisHosts;
  let one: ServerProcess;
  let other: ServerProcess;

  beforeAll(async () => {
    hosts = await startRedisHosts(temporaryFolder());
    ({ one, other } = hosts);
    const modules = await buildSamples({ only: CASES.map(({ sample }) => sample) });
    for (const { user, name, file } of modules) await hosts.upload(user, name, await readFile(file));
  });
  afterAll(() => hosts.stop());

  /** What the steps put, once they have ended well. */
  async function run(host: ServerProcess, user: string, ...steps: ShellStep[]): Promise<readonly number[]> {
    const { ending, words } = await runShell(host, user, ...steps);
    expect(ending).toBe('success');
    return words;
  }

  it('one pulls what the other pushes, and neither erases what the other has pushed', async () => {
    const user = await hosts.newUser();
    await run(one, user, ['pointer', 8], ['push']);
    expect(await run(other, user, ['pointer', 8], ['load', 0], ['load', 4])).toEqual([0, 0]);
    await run(one, user, ['pointer', 8], ['store', 0, 7], ['push']);
    expect(await run(other, user, ['pointer', 8], ['load', 0], ['store8', 5, 9], ['push'])).toEqual([0]);
    for (const host of [one, other]) {
      expect(await run(host, user, ['pull', 8], ['pointer', 8], ['load', 0], ['load', 4])).toEqual([7, 9 << 8]);
    }
    await run(one, user, ['append', 1]);
    await run(other, user, ['append', 2]);
    expect(await run(one, user, ['appended', 1, 2, 8])).toEqual([2]);
  });

  it('one pulls what is set on the other over HTTP', async () => {
    const user = await hosts.newUser();
    await run(one, user, ['pointer', 8], ['push']);
    const path = `/v1/state/${user}/value`;
    expect((await send(other, 'PATCH', `${path}?offset=4`, Uint8Array.of(1, 2, 3, 4))).status).toBe(200);
    expect(await run(one, user, ['read', 8, 4], ['pull', 8], ['read', 8, 4])).toEqual([0, 0x04030201]);
    expect((await send(other, 'PUT', `/s/${user}/value`, new Uint8Array(8).fill(3))).status).toBe(200);
    expect((await send(one, 'POST', path, '{"op":"pull"}')).status).toBe(200);
    expect(await run(one, user, ['read', 8, 4])).toEqual([0x03030303]);
  });

  it('both count exactly under the global lock, and without one by sums', async () => {
    const user = await hosts.newUser();
    await run(one, user, ['write', 8, 0, 0], ['push']);
    const increment: ShellStep[] = [
      ['lockGlobal'],
      ['pull', 8],
      ['pointer', 8],
      ['atomicAdd', 0, 1],
      ['push'],
      ['unlockGlobal'],
      ['add', 4, 1, 4],
    ];
    await Promise.all(Array.from({ length: 30 }, (_, index) => run(index % 2 === 0 ? one : other, user, ...increment)));
    expect(await run(other, user, ['pull', 8], ['read', 8, 0], ['read', 8, 4])).toEqual([30, 30]);
  });

  it('keep what users have whatever they call it, and refuse what is no name', async () => {
    const keys = ['b:v', '{b}', '}:v', '*', 'a/../b', '../b', '%2e%2e', 'é', 'e\u0301', ' ', '界'.repeat(170)];
    const path = (user: string, key: string): string => `/s/${encodeURIComponent(user)}/${encodeURIComponent(key)}`;
    for (const user of ['hostile', 'hostile.1']) {
      for (const key of keys) expect((await send(one, 'PUT', path(user, key), `${user} ${key}`)).status).toBe(200);
    }
    for (const user of ['hostile', 'hostile.1']) {
      for (const key of keys) {
        expect(Buffer.from((await send(other, 'GET', path(user, key))).bytes).toString()).toBe(`${user} ${key}`);
      }
    }
    const refused = [
      ...['hostile}', '{hostile', 'a:b', 'a/b', '*', 'a..b', ' ', 'é', 'a\0', 'a\n', 'u'.repeat(129)].map((user) =>
        path(user, 'k'),
      ),
      ...['a\0b', '\0', 'a\nb', '\u007f', '\ufffd', 'k'.repeat(513), '界'.repeat(171)].map((key) =>
        path('hostile', key),
      ),
    ];
    for (const each of refused) {
      const { status, headers } = await send(one, 'PUT', each, 'x');
      expect([each, status, headers.get('x-faasm-error')]).toEqual([each, 400, 'INVALID_NAME']);
    }
    const listed = JSON.parse(Buffer.from((await send(one, 'GET', '/v1/state/hostile')).bytes).toString());
    expect(listed.keys.map(({ key }: { key: string }) => key)).toEqual([...keys].sort());
  });

  it.each(CASES.map((row) => [titleOf(row), row] as const))('run %s, first one and then the other', async (_, row) => {
    const [user = '', name = ''] = row.sample.split('/');
    for (const [key, value] of Object.entries(row.state ?? {})) {
      await send(one, 'PUT', `/s/${user}/${key}`, value);
      await send(other, 'POST', `/v1/state/${user}/${key}`, '{"op":"pull"}');
    }
    for (const [time, host] of [one, other].entries()) {
      const { status, headers, bytes } = await send(host, 'POST', `/v1/invoke/${user}/${name}`, row.input ?? '');
      expect([status === 200, headers.get('x-faasm-error')]).toEqual([row.error === undefined, row.error ?? null]);
      const { output = '' } = row;
      // The body of a failed call is its error.
      if (status === 200) expectText(Buffer.from(bytes).toString(), Array.isArray(output) ? output[time] : output);
    }
  });
});

function titleOf({ sample, input }: SampleCase): string {
  return input === undefined ? sample : `${sample} with ${JSON.stringify(input)}`;
}

function expectText(actual: string, expected: Expected): void {
  if (typeof expected === 'string') expect(actual).toBe(expected);
  else expect(actual).toMatch(expected);
}
