import { describe, expect, it } from '@jest/globals';
import { guestFrames } from '../../../src/host/guest-stack.ts';
import { FakeHost } from '../../support/host-context.ts';

describe('conf_flag', () => {
  const flag = (host: FakeHost, name: string): unknown => host.env('__faasm_conf_flag', host.put(`${name}\0`)[0]);

  it('knows what is always on and off', () => {
    const host = new FakeHost();
    expect([flag(host, 'ALWAYS_ON'), flag(host, 'ALWAYS_OFF'), host.logText]).toEqual([1, 0, '']);
  });

  it('says in the log that a flag does not exist', () => {
    const host = new FakeHost();
    expect([flag(host, 'OTHER'), flag(host, 'toString')]).toEqual([0, 0]);
    expect(host.logText).toBe(
      'There is no configuration flag OTHER; it is off.\nThere is no configuration flag toString; it is off.\n',
    );
  });

  it('ends the call on a bad pointer', () => {
    const bad = expect.objectContaining({ code: 'BAD_POINTER' });
    expect(() => new FakeHost().env('__faasm_conf_flag', -1)).toThrow(bad);
  });
});

describe('backtrace', () => {
  it('writes nothing where no guest runs, or none is asked for', () => {
    const host = new FakeHost();
    for (const depth of [-1, 0, 5, 2 ** 31 - 1]) host.env('__faasm_backtrace', depth);
    expect(host.logText).toBe('');
  });

  it('leaves the depth of other stacks as it was', () => {
    const before = Error.stackTraceLimit;
    new FakeHost().env('__faasm_backtrace', 5);
    expect(Error.stackTraceLimit).toBe(before);
  });
});

describe('guestFrames', () => {
  it('finds the functions of the guest among those of the host', () => {
    const stack = [
      'Error: backtrace',
      '    at backtrace (file:///src/host/diagnostics.ts:38:24)',
      '    at inner (wasm://wasm/0a1b2c3d:wasm-function[7]:0x123)',
      '    at module.wasm.operator new(unsigned long) (wasm://wasm/module.wasm-0a1b2c3d:wasm-function[8]:0x45)',
      '    at wasm://wasm/0a1b2c3d:wasm-function[9]:0x6',
      '    at run (file:///src/executor/activation.ts:1:1)',
    ].join('\n');
    expect(guestFrames(stack)).toEqual([
      { name: 'inner', offset: '0x123' },
      { name: 'operator new(unsigned long)', offset: '0x45' },
      { name: 'function 9', offset: '0x6' },
    ]);
  });
});

it('runs as the user of /etc/passwd', () => {
  const host = new FakeHost();
  expect(['getuid', 'geteuid', 'getgid', 'getegid'].map((name) => host.env(name))).toEqual([1000, 1000, 1000, 1000]);
});
