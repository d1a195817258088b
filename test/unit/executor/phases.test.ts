import { describe, expect, it } from '@jest/globals';
import type { StartKind } from '../../../src/core/call.ts';
import { callPhases } from '../../../src/executor/phases.ts';
import type { LoadedFunction } from '../../../src/faaslet/loaded-function.ts';
import { type Entry, HOST_NAMES } from '../../../src/module/artifact.ts';

const ENTRY: Entry = {
  name: 'main',
  kind: 'plain',
  initialisers: ['__wasm_call_ctors', '_initialize'],
  zygote: '_faasm_zygote',
  finaliser: '__wasm_call_dtors',
};

function phases(start: StartKind, entry: Partial<Entry> = {}, hasStart = true) {
  return callPhases({ artifact: { entry: { ...ENTRY, ...entry }, start: hasStart } } as LoadedFunction, start);
}

const names = (list: ReturnType<typeof phases>): string[] => list.map(({ name }) => name);

describe('a call runs', () => {
  it.each<StartKind>(['cold', 'fresh'])(
    'the start function, the initialisers and the zygote before its entry when the Faaslet is %s',
    (start) => {
      const list = phases(start);
      expect(names(list)).toEqual([
        HOST_NAMES.start,
        ...ENTRY.initialisers,
        '_faasm_zygote',
        'main',
        '__wasm_call_dtors',
      ]);
      expect(list.map(({ initialises }) => initialises)).toEqual([true, true, true, true, false, false]);
    },
  );

  it.each<StartKind>(['restored', 'warm'])('no initialisation again when the Faaslet is %s', (start) => {
    expect(names(phases(start))).toEqual(['main', '__wasm_call_dtors']);
  });

  it('only what the module has', () => {
    expect(names(callPhases(plain(), 'cold'))).toEqual(['main']);
  });

  it('one entry, whose result is its own, also with a finaliser behind it', () => {
    expect(
      phases('cold')
        .filter(({ entry }) => entry)
        .map(({ name }) => name),
    ).toEqual(['main']);
  });

  it.each<[Entry['kind'], number[]]>([
    ['main', [0, 0]],
    ['plain', []],
    ['wasi', []],
  ])('an entry of kind %s with arguments %p', (kind, args) => {
    expect(phases('warm', { kind })[0]?.args).toEqual(args);
  });

  it('phases that errors can name', () => {
    expect(phases('cold').map(({ what }) => what)).toEqual([
      'The start function',
      '__wasm_call_ctors',
      '_initialize',
      'The zygote',
      'main',
      '__wasm_call_dtors',
    ]);
  });
});

function plain(): LoadedFunction {
  return {
    artifact: { entry: { name: 'main', kind: 'plain', initialisers: [] }, start: false },
  } as unknown as LoadedFunction;
}
