import { describe, expect, it } from '@jest/globals';
import { HOST_NAMES } from '../../../src/module/artifact.ts';
import { catalogueOf, derive, run, signature, withEntry } from './fixtures.ts';

const GROWING = withEntry(`(memory (export "mem") 2 10)
  (func (export "size") (result i32) memory.size)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)`);

function globalNamed(exports: Record<string, WebAssembly.ExportValue>, name: string): WebAssembly.Global {
  return exports[name] as WebAssembly.Global;
}

describe('virtual memory size', () => {
  it('is the declared one at the start, whatever the memory is', () => {
    const { call, exports, memory } = run(derive(GROWING));
    expect(globalNamed(exports, HOST_NAMES.size).value).toBe(2);
    expect(globalNamed(exports, HOST_NAMES.granted).value).toBe(2);
    memory.grow(5);
    expect(call('size')).toBe(2);
    expect(exports['mem']).toBe(memory);
  });

  it('grows within what was granted without asking the host', () => {
    const { call, exports, asked } = run(derive(GROWING));
    globalNamed(exports, HOST_NAMES.granted).value = 6;
    expect([call('grow', 0), call('grow', 3), call('grow', 1), call('size')]).toEqual([2, 2, 5, 6]);
    expect(asked).toEqual([]);
  });

  it('asks the host for more, and gives its answer', () => {
    const { call, asked } = run(derive(GROWING));
    expect([call('grow', 1), call('grow', 8), call('grow', -1), call('grow', 7), call('size')]).toEqual([
      2, -1, -1, 3, 10,
    ]);
    expect(asked).toEqual([1, 8, -1, 7]);
  });

  it('is there for a module whose memory the host grows', () => {
    const artifact = derive(
      withEntry(`(import "env" "__sbrk" (func (param i32) (result i32))) (memory 1)`),
      catalogueOf({ 'env __sbrk': [signature(['i32'], ['i32'])] }),
    );
    expect([artifact.memory.sized, artifact.memory.grows]).toEqual([true, false]);
  });

  it('adds nothing to a module that does not ask for it', () => {
    const artifact = derive(withEntry('(memory 1)'));
    expect(artifact.memory).toEqual({ initialPages: 1, maximumPages: 65_536, sized: false, grows: false });
    expect(Object.keys(run(artifact).exports)).toEqual(['_start']);
  });

  it('adds the size alone to a module that never grows', () => {
    const artifact = derive(withEntry('(memory 3) (func (export "size") (result i32) memory.size)'));
    expect(artifact.memory).toMatchObject({ sized: true, grows: false });
    const { call, exports } = run(artifact);
    expect(call('size')).toBe(3);
    expect(exports[HOST_NAMES.hostTable]).toBeUndefined();
  });

  it('puts the host table behind the own ones', () => {
    const artifact = derive(
      withEntry(`(memory 1) (table funcref (elem $a)) (type $t (func (result i32)))
        (func $a (result i32) i32.const 1 memory.grow)
        (func (export "go") (result i32) i32.const 0 call_indirect (type $t))`),
    );
    expect(artifact.tables).toBe(1);
    expect(run(artifact).call('go')).toBe(1);
  });
});
