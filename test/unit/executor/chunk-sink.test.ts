import { describe, expect, it } from '@jest/globals';
import { concat } from '../../../src/core/output-stream.ts';
import { ChunkSink } from '../../../src/executor/chunk-sink.ts';

const KIB = 1024;
const bytes = (length: number, from = 0): Uint8Array => new Uint8Array(length).map((_, index) => from + index);

describe('what a guest writes', () => {
  it.each([
    ['byte by byte', Array(5000).fill(1)],
    ['in large pieces', [300 * KIB, 5, 70 * KIB]],
    ['small, large, small', [3, 200 * KIB, 3]],
    ['in pieces that fill a chunk to the last byte', [64 * KIB, 64 * KIB]],
    ['with empty pieces', [0, 4, 0, 4, 0]],
    ['one byte and then twice the chunk', [1, 1, 2, 3, 5]],
  ])('comes out as it went in: %s', (_, lengths: readonly number[]) => {
    const sink = new ChunkSink();
    const pieces = lengths.map((length, index) => bytes(length, index));
    for (const piece of pieces) sink.write(piece);
    const whole = concat(pieces);
    expect([sink.totalBytes, sink.pendingBytes]).toEqual([whole.length, whole.length]);
    expect(Buffer.compare(concat(sink.take()), whole)).toBe(0);
    expect([sink.totalBytes, sink.pendingBytes]).toEqual([whole.length, 0]);
    expect(sink.take()).toEqual([]);
  });

  it('comes in few chunks, however small the pieces, and they are not longer than what they hold', () => {
    const sink = new ChunkSink();
    for (let index = 0; index < 200_000; index += 1) sink.write(bytes(1));
    const chunks = sink.take();
    expect(chunks.length).toBeLessThan(25);
    for (const chunk of chunks) expect(chunk.buffer.byteLength).toBe(chunk.length);
    expect(chunks.every(({ length }) => length > 0)).toBe(true);
  });

  it('is a copy: the guest goes on writing to its memory', () => {
    const sink = new ChunkSink();
    const memory = bytes(10);
    sink.write(memory.subarray(2, 5));
    memory.fill(99);
    expect(concat(sink.take())).toEqual(bytes(3, 2));
  });

  it('belongs to whoever has taken it', () => {
    const sink = new ChunkSink();
    sink.write(bytes(3));
    const taken = concat(sink.take());
    sink.write(bytes(3, 50));
    expect(taken).toEqual(bytes(3));
    expect(concat(sink.take())).toEqual(bytes(3, 50));
  });

  it('is forgotten, with its count, when cleared', () => {
    const sink = new ChunkSink();
    sink.write(bytes(100));
    sink.take();
    sink.write(bytes(7));
    sink.clear();
    expect([sink.totalBytes, sink.pendingBytes, sink.take()]).toEqual([0, 0, []]);
    sink.write(bytes(2));
    expect([sink.totalBytes, concat(sink.take())]).toEqual([2, bytes(2)]);
  });
});
