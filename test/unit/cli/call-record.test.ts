import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../src/core/limits.ts';
import { runCli } from './support.ts';

const RECORD = {
  id: 7,
  user: 'demo',
  function: 'files',
  version: '20261121T064237123Z-1a2b3c4d',
  state: 'success',
  times: { submittedAt: '2026-11-21T07:59:00Z' },
  peakMemoryBytes: 131_072,
  outputBytes: 12,
  logBytes: 0,
};

async function statusLines(record: object): Promise<readonly string[]> {
  const { exit, stdout } = await runCli(['status', '7'], { answer: () => Response.json(record) });
  expect(exit).toBe(0);
  return stdout.split('\n').map((line) => line.replace(/ +/g, ' '));
}

describe('faasm status', () => {
  it('says what the call has used, and what it might have', async () => {
    const lines = await statusLines({ ...RECORD, peakFileBytes: 2048, peakOpenFiles: 6, limits: DEFAULT_LIMITS });
    expect(lines).toEqual(
      expect.arrayContaining([
        'memory 128 KiB of 128 MiB',
        'output 12 B of 16 MiB',
        'log 0 B of 1 MiB',
        'files 2 KiB of 64 MiB',
        'open files 6 of 256',
      ]),
    );
  });

  it('leaves out what an older host does not say', async () => {
    const lines = await statusLines(RECORD);
    expect(lines).toEqual(expect.arrayContaining(['memory 128 KiB', 'output 12 B', 'log 0 B']));
    expect(lines.filter((line) => line.includes('files'))).toEqual(['function demo/files']);
  });
});
