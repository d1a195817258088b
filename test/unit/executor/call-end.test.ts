import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TURN_END } from '../../../src/core/turn-end.ts';
import { killError, returnedError, thrownError } from '../../../src/executor/call-end.ts';
import { assemble, binary, name, section } from '../module/fixtures.ts';

// Jest writes frames of wasm code in its own way; this is V8's, as threads have it.
beforeAll(() => {
  Error.prepareStackTrace = (error, sites) => [String(error), ...sites].join('\n    at ');
});
afterAll(() => {
  Reflect.deleteProperty(Error, 'prepareStackTrace');
});

type Exported = (...args: unknown[]) => unknown;

function thrownBy(wasm: Uint8Array, imports: WebAssembly.Imports = {}): unknown {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>), imports);
  try {
    (exports['f'] as Exported)();
  } catch (error) {
    return error;
  }
  throw new Error('it returned');
}

const messageOf = (wat: string, imports: WebAssembly.Imports = {}): string =>
  thrownError(thrownBy(assemble(wat), imports)).message;

describe('what is told of a trap', () => {
  it.each([
    ['unreachable', '(func $main (export "f") unreachable)', 'unreachable'],
    ['a division', '(func $main (export "f") (drop (i32.div_s (i32.const 1) (i32.const 0))))', 'divide by zero'],
    ['memory', '(memory 1) (func $main (export "f") (drop (i32.load (i32.const -4))))', 'memory access out of bounds'],
    [
      'a table',
      '(table 1 funcref) (func $main (export "f") (call_indirect (i32.const 7)))',
      'table index is out of bounds',
    ],
    [
      'a null function',
      '(table 1 funcref) (func $main (export "f") (call_indirect (i32.const 0)))',
      'null function or function signature mismatch',
    ],
  ])('is why and where: %s', (_, body, why) => {
    const error = thrownError(thrownBy(assemble(`(module ${body})`)));
    expect(error.code).toBe('GUEST_TRAP');
    expect(error.message).toMatch(new RegExp(`^The function trapped: ${why} in main \\(0x[0-9a-f]+\\)\\.$`));
  });

  it('is the way there by the names of its functions, the innermost first', () => {
    const wat = `(module
      (func $inner unreachable)
      (func $middle (call $inner))
      (func $outer (export "f") (call $middle)))`;
    expect(messageOf(wat)).toMatch(/ in inner \(0x\w+\) < middle \(0x\w+\) < outer \(0x\w+\)\.$/);
  });

  it('is the number of a function that has no name', () => {
    const named = assemble('(module (func unreachable) (func (export "f") (call 0)))');
    const { message } = thrownError(thrownBy(withoutNames(named)));
    expect(message).toMatch(/ in function 0 \(0x\w+\) < /);
  });

  it('is the whole name, also with blanks and parentheses, as C++ has them', () => {
    const demangled = 'count(std::string const&, int)';
    const start = binary(
      section(1, 1, 0x60, 0, 0),
      section(3, 1, 0),
      section(7, 1, ...name('f'), 0, 0),
      section(10, 1, 3, 0, 0, 0x0b),
      section(0, ...name('name'), 1, demangled.length + 3, 1, 0, ...name(demangled)),
    );
    expect(thrownError(thrownBy(start)).message).toContain(` in ${demangled} (0x`);
  });

  it('is a few frames, however deep it was', () => {
    const wat = `(module (func $deep (export "f") (local i32) (call $down (i32.const 8)))
      (func $down (param i32) (if (i32.eqz (local.get 0)) (then unreachable))
        (call $down (i32.sub (local.get 0) (i32.const 1)))))`;
    expect(messageOf(wat).match(/down/g)).toHaveLength(6);
  });

  it('names no function of the host', () => {
    const imports = { h: { g: () => (thrownBy as Exported)(assemble('(module (func $x (export "f") unreachable))')) } };
    const wat = '(module (import "h" "g" (func $g)) (func $main (export "f") (call $g) unreachable))';
    expect(messageOf(wat, imports)).not.toMatch(/\.ts|node:|file:/);
  });
});

describe('what is told of other endings', () => {
  it('is endless recursion by its name', () => {
    const error = thrownError(thrownBy(assemble('(module (func $again (export "f") (call $again)))')));
    expect(error.code).toBe('STACK_OVERFLOW');
    expect(error.message).toMatch(/^The function recursed too deeply in again \(0x/);
  });

  it('is an exception that nobody caught', () => {
    const thrown = thrownBy(assemble('(module (tag $t) (func (export "f") (throw $t)))'));
    expect(thrownError(thrown).code).toBe('GUEST_EXCEPTION');
  });

  it.each([
    ['a range error of something else', new RangeError('invalid array length')],
    ['a host error', new TypeError('not a function')],
    ['no error at all', 'text'],
    ['nothing', undefined],
    ['null', null],
  ])('is a defect of the host for %s', (_, thrown) => {
    expect(thrownError(thrown)).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('in the host: ') });
  });

  it.each([
    [TURN_END.wall, 'TIMEOUT', '250 ms'],
    [TURN_END.cpu, 'CPU_LIMIT', '40 ms of CPU'],
    [TURN_END.cancelled, 'CANCELLED', 'cancelled'],
  ])('is the limit that ended it (%d)', (end, code, part) => {
    const error = killError(end, { timeoutMs: 250, cpuMs: 40 });
    expect(error).toMatchObject({ code, message: expect.stringContaining(part) });
  });

  it.each([
    [undefined, undefined],
    [0, undefined],
    [1, 'Call failed (return value=1)'],
    [-1, 'Call failed (return value=-1)'],
  ])('is the return value, where it says that the call failed: %p', (value, message) => {
    expect(returnedError(value)?.message).toBe(message);
  });
});

/** The module without its custom sections. */
function withoutNames(wasm: Uint8Array): Uint8Array {
  const kept = [...wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    // Sections of these fixtures are shorter than 128 bytes, or have sizes of five bytes.
    let size = 0;
    let next = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[next++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (wasm[at] !== 0) kept.push(...wasm.subarray(at, next + size));
    at = next + size;
  }
  return Uint8Array.from(kept);
}
