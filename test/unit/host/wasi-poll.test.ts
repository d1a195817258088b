import { describe, expect, it } from '@jest/globals';
import { E, FakeHost } from '../../support/host-context.ts';

interface Event {
  readonly userdata: number;
  readonly error: number;
  readonly type: number;
  readonly bytes: number;
  readonly flags: number;
}

/** A host with room for subscriptions and events. */
class Poller extends FakeHost {
  readonly #subscriptions = this.allocate(48 * 8);
  readonly #events = this.allocate(32 * 8);
  readonly #result = this.allocate(8);
  #count = 0;

  clock(id: number, timeout: bigint, absolute = false): this {
    const at = this.#next(0);
    this.memory.setU32(at + 16, id);
    this.memory.view.setBigUint64(at + 24, timeout, true);
    this.memory.view.setUint16(at + 40, absolute ? 1 : 0, true);
    return this;
  }

  fd(type: number, fd: number): this {
    this.memory.setU32(this.#next(type) + 16, fd);
    return this;
  }

  /** The result of poll_oneoff. */
  poll(): unknown {
    const count = this.#count;
    this.#count = 0;
    return this.wasi('poll_oneoff', this.#subscriptions, this.#events, count, this.#result);
  }

  events(): Event[] {
    return Array.from({ length: this.memory.u32(this.#result) }, (_, index) => {
      const at = this.#events + index * 32;
      return {
        userdata: this.memory.u32(at),
        error: this.memory.view.getUint16(at + 8, true),
        type: this.memory.view.getUint8(at + 10),
        bytes: this.memory.u32(at + 16),
        flags: this.memory.view.getUint16(at + 24, true),
      };
    });
  }

  #next(type: number): number {
    const at = this.#subscriptions + this.#count * 48;
    this.#count += 1;
    this.memory.slice(at, 48).fill(0);
    this.memory.setU32(at, 100 + this.#count);
    this.memory.view.setUint8(at + 8, type);
    return at;
  }
}

describe('poll_oneoff', () => {
  it('answers at once when something is ready, without a promise', () => {
    const host = new Poller({ input: 'abc' });
    expect(
      host
        .clock(1, 10n ** 12n)
        .fd(1, 0)
        .fd(2, 1)
        .poll(),
    ).toBe(E.OK);
    expect(host.events()).toEqual([
      { userdata: 102, error: 0, type: 1, bytes: 3, flags: 0 },
      { userdata: 103, error: 0, type: 2, bytes: 0, flags: 0 },
    ]);
    expect(host.sleeps).toEqual([]);
  });

  it('sleeps until the first clock, with its events already written', async () => {
    const host = new Poller();
    const promise = host.clock(1, 50_000_000n).clock(0, 20_000_000n).clock(1, 20_000_000n).poll();
    expect(host.events().map(({ userdata }) => userdata)).toEqual([102, 103]);
    expect(host.sleeps).toEqual([20]);
    await expect(promise).resolves.toBe(E.OK);
  });

  it('takes absolute times of both clocks, past ones too', async () => {
    const host = new Poller();
    expect(host.clock(0, 1n, true).poll()).toBe(E.OK);
    expect(host.clock(1, 1n, true).poll()).toBe(E.OK);
    await host.clock(0, BigInt(Date.now() + 100_000) * 1_000_000n, true).poll();
    expect(host.sleeps[0]).toBeGreaterThan(50_000);
    expect(host.sleeps[0]).toBeLessThanOrEqual(100_001);
    await host.clock(1, 2n ** 64n - 1n).poll();
    expect(host.sleeps[1]).toBe(2 ** 31 - 1);
    expect(host.clock(1, 0n).poll()).toBe(E.OK);
  });

  it('reports what is wrong with a subscription in its event', () => {
    const host = new Poller({ input: '' });
    expect(host.fd(1, 99).fd(2, 0).clock(7, 5n).clock(2, 5n).fd(9, 0).fd(1, 0).poll()).toBe(E.OK);
    expect(host.events().map(({ error }) => error)).toEqual([E.BADF, E.NOTCAPABLE, E.INVAL, E.NOTSUP, E.INVAL, E.OK]);
    expect(host.events().at(-1)).toMatchObject({ bytes: 0, flags: 1 }); // end of input
  });

  it('needs the right to wait for a descriptor besides the right to use it', () => {
    const host = new Poller();
    host.wasi('fd_fdstat_set_rights', 0, 1n << 1n, 0n);
    expect(host.fd(1, 0).poll()).toBe(E.OK);
    expect(host.events()[0]).toMatchObject({ error: E.NOTCAPABLE });
  });

  it('refuses no subscriptions and bad memory', () => {
    const host = new Poller();
    expect(host.wasi('poll_oneoff', 0, 0, 0, 0)).toBe(E.INVAL);
    for (const count of [2 ** 31, -1, 89_478_486]) expect(host.wasi('poll_oneoff', 64, 64, count, 8)).toBe(E.FAULT);
    expect(host.wasi('poll_oneoff', -16, 64, 1, 8)).toBe(E.FAULT);
    expect(host.wasi('poll_oneoff', 64, -16, 1, 8)).toBe(E.FAULT);
    expect(host.wasi('poll_oneoff', 64, 64, 1, -1)).toBe(E.FAULT);
  });
});
