import { describe, expect, it } from '@jest/globals';
import { checkCeilings, parseSettings, patchSettings } from '../../../src/core/function-settings.ts';
import { CEILING_SETTINGS, capped, DEFAULT_CEILINGS, DEFAULT_LIMITS, type Limits } from '../../../src/core/limits.ts';

const FULL = {
  limits: { ...DEFAULT_LIMITS },
  environment: { GREETING: 'hello', EMPTY: '' },
  retries: { max: 2, backoffMs: 50, on: ['THREAD_LOST'] },
  grants: { state: 'read' },
};

describe('parseSettings', () => {
  it.each([[{}], [FULL], [{ retries: { max: 0 } }], [{ grants: {} }]])('accepts %j as it is', (settings) => {
    expect(parseSettings(settings)).toEqual(settings);
  });

  it.each<[string, unknown]>([
    ['settings', null],
    ['settings', []],
    ['settings', 'text'],
    ['"colour"', { colour: 1 }],
    ['limits', { limits: [] }],
    ['"memory"', { limits: { memory: 1 } }],
    ['limits.memoryBytes', { limits: { memoryBytes: 1 } }],
    ['limits.memoryBytes', { limits: { memoryBytes: 2 ** 33 } }],
    ['limits.timeoutMs', { limits: { timeoutMs: 0 } }],
    ['limits.timeoutMs', { limits: { timeoutMs: 1.5 } }],
    ['limits.timeoutMs', { limits: { timeoutMs: '5' } }],
    ['limits.openFiles', { limits: { openFiles: 7 } }],
    ['environment', { environment: 'A=b' }],
    ['environment.A', { environment: { A: 1 } }],
    ['environment.A', { environment: { A: 'x\0y' } }],
    ['"A B"', { environment: { 'A B': 'x' } }],
    ['"1A"', { environment: { '1A': 'x' } }],
    ['bytes', { environment: { A: 'x'.repeat(40_000) } }],
    ['retries.max', { retries: {} }],
    ['retries.max', { retries: { max: 11 } }],
    ['retries.on', { retries: { max: 1, on: ['NO_SUCH_CODE'] } }],
    ['retries.on', { retries: { max: 1, on: 'TIMEOUT' } }],
    ['grants.state', { grants: { state: 'all' } }],
    ['"sockets"', { grants: { sockets: true } }],
  ])('names what is wrong: %s', (name, settings) => {
    const parse = (): unknown => parseSettings(settings);
    expect(parse).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(parse).toThrow(name);
  });
});

describe('patchSettings', () => {
  it('changes what the patch names and removes what it has null for', () => {
    const patched = patchSettings(parseSettings({ environment: { A: '1', B: '2' }, limits: { timeoutMs: 5 } }), {
      environment: { A: null, C: '3' },
      limits: null,
    });
    expect(patched).toEqual({ environment: { B: '2', C: '3' } });
  });

  it('checks the outcome', () => {
    expect(() => patchSettings({}, { retries: { backoffMs: 5 } })).toThrow('retries.max');
    expect(() => patchSettings({}, 'text')).toThrow('settings');
  });

  it('is not led into the depth', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
    expect(() => patchSettings({}, deep)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    expect(() => parseSettings(deep)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('reaches no prototype', () => {
    const patch: unknown = JSON.parse('{"environment":{"__proto__":"x"}}');
    expect(Object.entries(patchSettings({}, patch).environment ?? {})).toEqual([['__proto__', 'x']]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    expect(() => patchSettings({}, JSON.parse('{"__proto__":{"limits":{}}}'))).toThrow('__proto__');
  });
});

describe('ceilings', () => {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];

  it.each(names)('limits.%s may be all of its ceiling and no more', (name) => {
    const ceilings = { ...DEFAULT_CEILINGS, [name]: 1000 };
    expect(() => checkCeilings({ limits: { [name]: 1000 } }, ceilings)).not.toThrow();
    const check = (): void => checkCeilings({ limits: { [name]: 1001 } }, ceilings);
    expect(check).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    for (const part of [`"limits.${name}"`, '1001', '1000', CEILING_SETTINGS[name]]) expect(check).toThrow(part);
  });

  it('are not asked of what settings leave open, and bound it all the same', () => {
    const ceilings = { ...DEFAULT_CEILINGS, timeoutMs: 5 };
    expect(() => checkCeilings({}, ceilings)).not.toThrow();
    expect(capped(DEFAULT_LIMITS, ceilings)).toEqual({ ...DEFAULT_LIMITS, timeoutMs: 5 });
  });
});
