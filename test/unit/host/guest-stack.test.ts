import { describe, expect, it } from '@jest/globals';
import { guestFrames } from '../../../src/host/guest-stack.ts';

describe('the functions of a stack', () => {
  it.each([
    ['inner (wasm://wasm/d588ab1e:wasm-function[3]:0x1f)', 'inner'],
    ['module.wasm.inner (wasm://wasm/module.wasm-d588ab1e:wasm-function[3]:0x1f)', 'inner'],
    ['a-b.inner (wasm://wasm/a-b-d588ab1e:wasm-function[3]:0x1f)', 'inner'],
    ['verbose_abort(char const*, ...) (wasm://wasm/d588ab1e:wasm-function[3]:0x1f)', 'verbose_abort(char const*, ...)'],
    ['m.f(int, ...) (wasm://wasm/m-d588ab1e:wasm-function[3]:0x1f)', 'f(int, ...)'],
    ['panic.llvm.123 (wasm://wasm/d588ab1e:wasm-function[3]:0x1f)', 'panic.llvm.123'],
    ['wasm://wasm/d588ab1e:wasm-function[3]:0x1f', 'function 3'],
    ['wasm://wasm/m-d588ab1e:wasm-function[3]:0x1f', 'function 3'],
  ])('have their whole names, without the module: %s', (line, name) => {
    expect(guestFrames(`RuntimeError: unreachable\n    at ${line}\n    at main (file:///host.js:1:2)`)).toEqual([
      { name, offset: '0x1f' },
    ]);
  });
});
