import { describe, expect, it } from '@jest/globals';
import { runFuzzer } from '../support/fuzz/fuzzer.ts';
import { parseAnswer } from '../support/fuzz/http-answer.ts';
import { HTTP_FUZZER } from '../support/fuzz/http-fuzzer.ts';

describe('the server', () => {
  it('answers broken and hostile clients, and others as ever', async () => {
    const { summary } = await runFuzzer(HTTP_FUZZER, { seed: 1, count: 1000 });
    for (const status of [200, 400, 404, 405]) expect(summary).toContain(`${status} `);
  });
});

describe('parseAnswer', () => {
  const parse = (text: string, bodiless = false) => parseAnswer(Buffer.from(text, 'latin1'), bodiless);

  it('waits for the whole', () => {
    const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab';
    for (let length = 0; length < whole.length; length += 1) expect(parse(whole.slice(0, length))).toBeUndefined();
    expect(parse(whole)).toMatchObject({ status: 200, body: Buffer.from('ab') });
    expect(parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n')).toBeUndefined();
  });

  it('knows answers without bodies, in pieces, and preliminary ones', () => {
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', true)?.body.length).toBe(0);
    expect(parse('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n')?.status).toBe(204);
    const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n';
    expect(parse(chunked)?.body.toString()).toBe('abc');
  });

  it.each([
    'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\nb\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow('no HTTP');
  });
});
