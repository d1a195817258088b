import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { BodyBudget } from '../../../adapters/standalone/body-budget.ts';
import { type HttpPort, openHttpPort } from '../../../adapters/standalone/http-port.ts';
import { openLog } from '../../../adapters/standalone/log.ts';
import type { LogFields } from '../../../src/core/logger.ts';

const EVENT = { method: 'GET', path: '/f/demo/hello', durationMs: expect.any(Number) };

let port: HttpPort | undefined;

afterEach(async () => {
  jest.restoreAllMocks();
  await port?.close(0);
  port = undefined;
});

describe('log of the server', () => {
  it.each([
    ['json', false, /^\{"time":"[^"]+","level":"info","event":"ready","port":8080\}$/],
    ['text', false, /^\S+ info ready port=8080$/],
    ['auto', false, /^\{"time".*\}$/],
    ['auto', true, /^\S+ \S+info\S+ ready port=8080$/],
  ] as const)('goes to the standard error stream as %s, terminal: %s', (logFormat, terminal, shape) => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const log = openLog({ logLevel: 'info', logFormat }, terminal);
    log.info?.('ready', { port: 8080 });
    expect(log.debug).toBeUndefined();
    expect(printed.mock.calls).toEqual([[expect.stringMatching(shape)]]);
  });

  it('has an http event for every request, with its error code', async () => {
    const events: [string, LogFields | undefined][] = [];
    port = await openHttpPort({
      name: 'test',
      setting: 'FAASM_TEST_PORT',
      host: '127.0.0.1',
      port: 0,
      bodyTimeoutMs: 5_000,
      localOnly: true,
      budget: new BodyBudget(1000),
      handler: async ({ method }) =>
        method === 'GET'
          ? { status: 200, headers: {}, body: 'ok' }
          : { status: 405, headers: { 'x-faasm-error': 'METHOD_NOT_ALLOWED' }, body: '' },
      log: (event, fields) => events.push([event, fields]),
    });
    await (await fetch(`${port.url}/f/demo/hello?secret=1`)).text();
    await (await fetch(`${port.url}/f/demo/hello`, { method: 'DELETE' })).text();
    while (events.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(events).toEqual([
      ['http', { ...EVENT, status: 200, code: undefined }],
      ['http', { ...EVENT, method: 'DELETE', status: 405, code: 'METHOD_NOT_ALLOWED' }],
    ]);
  });
});
