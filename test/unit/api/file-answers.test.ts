import { describe, expect, it } from '@jest/globals';
import { openApi, send as sendTo, testRequest } from './support.ts';

const FILE = '/v1/files/demo/large';

/** An API whose answers may hold 300,000 bytes of files, and a file of 200,000. */
async function withFile() {
  const opened = openApi();
  await opened.runtime.files.put('demo', 'large', new Uint8Array(200_000).fill(0x78));
  return opened;
}

describe('answers with large files', () => {
  it('are streams with a length; HEAD has it, too, and holds nothing', async () => {
    const { api, send } = await withFile();
    for (let count = 0; count < 5; count += 1) {
      const head = await sendTo(api, 'HEAD', FILE);
      expect(head).toMatchObject({ status: 200, headers: { 'content-length': '200000' }, text: '' });
    }
    const answer = await send('GET', FILE);
    expect(answer).toMatchObject({ status: 200, streamed: true, headers: { 'content-length': '200000' } });
    expect(answer.text).toBe('x'.repeat(200_000));
  });

  it('are refused while too much is held for others, until these are read or their clients gone', async () => {
    const { api, send } = await withFile();
    let disconnect = (): void => {};
    const onDisconnect = (listener: () => void): void => {
      disconnect = listener;
    };
    const first = await api(testRequest('GET', FILE, { onDisconnect }));
    expect(first.status).toBe(200);
    const refused = await send('GET', FILE);
    expect(refused).toMatchObject({ status: 503, headers: { 'x-faasm-error': 'HOST_OVERLOADED' } });
    expect((await sendTo(api, 'GET', '/file', { headers: { filepath: 'none' } })).status).toBe(404);
    disconnect();
    for (let count = 0; count < 3; count += 1) expect((await send('GET', FILE)).status).toBe(200);
    disconnect();
    const second = await api(testRequest('GET', FILE));
    expect(second.status).toBe(200);
    expect((await send('GET', FILE)).status).toBe(503);
  });
});
