import { describe, expect, it } from '@jest/globals';
import { checkText, checkValue, type JsonSchema } from '../../../src/api/schema.ts';

const SCHEMA = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 5 },
    kind: { type: 'string', enum: ['a', 'b'] },
    size: { type: 'integer', minimum: 0, maximum: 10 },
    flag: { type: 'boolean' },
    ratio: { type: 'number', maximum: 1 },
    code: { type: 'string', pattern: '^[0-9]+$' },
    items: { type: 'array', maxItems: 2, items: { type: 'object', properties: { id: { type: 'integer' } } } },
    either: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    rest: { type: 'object' },
  },
} as const;

describe('schemas: values', () => {
  it('come back as they are, null as absent', () => {
    const value = {
      name: 'n',
      kind: 'a',
      size: 10,
      flag: false,
      ratio: 0.5,
      code: '12',
      items: [{ id: 1 }, { id: null }],
      either: 'x',
      rest: { anything: [null] },
    };
    expect(checkValue(SCHEMA, { ...value, either: null }, 'The body')).toEqual({
      ...value,
      either: undefined,
      items: [{ id: 1 }, {}],
    });
    expect(checkValue(SCHEMA, { name: 'n', either: 7 }, 'The body')).toEqual({ name: 'n', either: 7 });
  });

  it.each([
    [5, 'The body must be a JSON object, not 5.'],
    [[], 'The body must be a JSON object, not an array.'],
    [null, 'The body must be a JSON object, not null.'],
    [{}, 'Field "name" is missing.'],
    [{ name: null }, 'Field "name" is missing.'],
    [{ name: '' }, 'Field "name" must be a string with a length from 1 to 5, not "".'],
    [{ name: 'n', kind: 'c' }, 'Field "kind" must be one of a, b, not "c".'],
    [{ name: 'n', size: 11 }, 'Field "size" must be an integer from 0 to 10, not 11.'],
    [{ name: 'n', size: 1.5 }, 'Field "size" must be an integer from 0 to 10, not 1.5.'],
    [{ name: 'n', flag: 'true' }, 'Field "flag" must be a boolean, not "true".'],
    [{ name: 'n', ratio: 2 }, 'Field "ratio" must be a number of at most 1, not 2.'],
    [{ name: 'n', code: 'x' }, 'Field "code" must be a string that matches ^[0-9]+$, not "x".'],
    [{ name: 'n', items: {} }, 'Field "items" must be an array of at most 2 items, not an object.'],
    [{ name: 'n', items: [{}, {}, {}] }, 'Field "items" must be an array of at most 2 items, not an array.'],
    [{ name: 'n', items: [{ id: 'x' }] }, 'Field "items[0].id" must be an integer, not "x".'],
    [{ name: 'n', items: [{ other: 1 }] }, 'Field "items[0].other" is not known: use id.'],
    [{ name: 'n', either: true }, 'Field "either" must be an integer or a string, not true.'],
    [{ name: 'n', rest: 1 }, 'Field "rest" must be a JSON object, not 1.'],
    [{ name: 'n', toString: 1 }, 'Field "toString" is not known'],
    [JSON.parse('{"name":"n","__proto__":{}}'), 'Field "__proto__" is not known'],
    [{ name: 'n', ['x'.repeat(500)]: 1 }, `Field "${'x'.repeat(60)}…" is not known`],
    [{ name: 'y'.repeat(500) }, `not "${'y'.repeat(59)}…`],
  ])('refuses %j', (value, message) => {
    const refused = expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) });
    expect(() => checkValue(SCHEMA, value, 'The body')).toThrow(refused);
  });

  it('ignores unknown fields where the schema says so', () => {
    const open = { type: 'object', additionalProperties: true, properties: { a: { type: 'integer' } } } as const;
    expect(checkValue(open, JSON.parse('{"a":1,"b":2,"__proto__":{"c":3}}'), 'x')).toEqual({ a: 1 });
  });
});

describe('schemas: text of queries and headers', () => {
  it.each<[JsonSchema, string, unknown]>([
    [{ type: 'integer' }, '12', 12],
    [{ type: 'integer' }, '-1', -1],
    [{ type: 'boolean' }, '1', true],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, '0', false],
    [{ type: 'boolean' }, 'false', false],
    [{ type: 'string' }, '12', '12'],
  ])('reads %j from %j', (schema, text, value) => {
    expect(checkText(schema, text, 'Parameter "x"')).toBe(value);
  });

  it.each<[JsonSchema, string]>([
    [{ type: 'integer' }, ''],
    [{ type: 'integer' }, ' 1'],
    [{ type: 'integer' }, '1e3'],
    [{ type: 'integer' }, '0x10'],
    [{ type: 'integer' }, '1.5'],
    [{ type: 'integer' }, '99999999999999999999'],
    [{ type: 'integer', minimum: 0 }, '-1'],
    [{ type: 'boolean' }, 'yes'],
    [{ type: 'boolean' }, ''],
    [{ type: 'boolean' }, 'toString'],
  ])('refuses %j from %j', (schema, text) => {
    expect(() => checkText(schema, text, 'Parameter "x"')).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining('Parameter "x" must be') }),
    );
  });
});
