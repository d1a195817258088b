import { describe, expect, it } from '@jest/globals';
import { endedStream, OutputBuffer, type OutputStream } from '../../../src/core/output-stream.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

async function chunksOf(stream: OutputStream): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(text(chunk));
  return chunks;
}

describe('the output of a call', () => {
  it('reaches every reader from the first byte, whenever the reader came', async () => {
    const output = new OutputBuffer();
    const early = chunksOf(output);
    const whole = output.bytes();
    output.push(bytes('one '));
    const middle = chunksOf(output);
    await new Promise(setImmediate);
    output.push(bytes('two '));
    output.push(bytes('three'));
    output.end();
    const late = chunksOf(output);
    expect(await Promise.all([early, middle, late])).toEqual(Array(3).fill(['one ', 'two ', 'three']));
    expect(text(await whole)).toBe('one two three');
    expect(text(await output.bytes())).toBe('one two three');
  });

  it('is passed on as it comes, not at the end', async () => {
    const output = new OutputBuffer();
    const reader = output[Symbol.asyncIterator]();
    const first = reader.next();
    output.push(bytes('early'));
    expect(text((await first).value)).toBe('early');
    let ended = false;
    const second = reader.next().then(({ done }) => {
      ended = done === true;
    });
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    output.end();
    await second;
    expect(ended).toBe(true);
  });

  it('is not complete before the end', async () => {
    const output = new OutputBuffer();
    output.push(bytes('part'));
    const state = await Promise.race([output.bytes().then(() => 'done'), new Promise((r) => setImmediate(r, 'open'))]);
    expect(state).toBe('open');
  });

  it('has no empty chunks', async () => {
    const output = endedStream(bytes('a'), new Uint8Array(0), bytes('b'));
    expect(output.sizeBytes).toBe(2);
    expect(await chunksOf(output)).toEqual(['a', 'b']);
  });

  it('may be empty', async () => {
    expect(await chunksOf(endedStream())).toEqual([]);
    expect((await endedStream().bytes()).length).toBe(0);
  });

  it('does not mind a reader that leaves early', async () => {
    const output = endedStream(bytes('a'), bytes('b'));
    for await (const chunk of output) {
      expect(text(chunk)).toBe('a');
      break;
    }
    expect(await chunksOf(output)).toEqual(['a', 'b']);
  });
});
