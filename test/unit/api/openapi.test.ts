import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ROUTES } from '../../../src/api/routes.ts';
import { checkValue } from '../../../src/api/schema.ts';
import { checkMedia, DESCRIPTION } from './described.ts';
import { openApi } from './support.ts';

const operations = Object.entries(DESCRIPTION.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
);

describe('GET /openapi.json', () => {
  it.each(['open', 'tokens'] as const)('is a valid description of a host that is %s', async (auth) => {
    const { headers, text } = await openApi({}, { auth }).send('GET', '/openapi.json');
    expect(headers['content-type']).toBe('application/json');
    const document = JSON.parse(text);
    expect(document.openapi).toBe('3.1.0');
    expect(document.security).toEqual(auth === 'open' ? [{ token: [] }, {}] : [{ token: [] }]);
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });

  it('has every route, by a name of its own', () => {
    expect(operations).toHaveLength(ROUTES.length);
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(ROUTES.length);
  });

  it('has what is declared: parameters, bodies, answers, and whether a token is needed', () => {
    const invoke = DESCRIPTION.paths['/v1/invoke/{user}/{function}']?.['post'];
    expect(invoke?.parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).toEqual([
      'path user',
      'path function',
      'query version',
      'query async',
      'query wait',
      'query stream',
      'query timeout',
      'query cmdline',
      'header Idempotency-Key',
      'header traceparent',
      'header tracestate',
    ]);
    expect(Object.keys(invoke?.requestBody?.content ?? {})).toEqual(['application/octet-stream']);
    expect(Object.keys(invoke?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '202', '400', '401', '403', '404', '413', '429', '500', '503', '504']),
    );
    expect(invoke?.security).toBeUndefined();
    expect(DESCRIPTION.paths['/healthz']?.['get']?.security).toEqual([]);
  });

  it.each(operations)('explains %s', (_, operation) => {
    expect(operation.summary).not.toBe('');
    for (const parameter of operation.parameters.filter(({ in: where }) => where === 'path')) {
      expect([parameter.name, parameter.description]).toEqual([parameter.name, expect.any(String)]);
    }
  });

  it.each(operations)('has examples that are right: %s', (name, operation) => {
    const responses = Object.entries(operation.responses).flatMap(([, { content }]) => Object.entries(content ?? {}));
    for (const [type, media] of responses) {
      if (type === 'application/json' && media.example !== undefined) checkMedia(media, media.example, name);
    }
    for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
      if (type === 'application/json') expect(media.example).toBeDefined();
    }
  });

  it('has examples of requests that are accepted', () => {
    for (const { body } of ROUTES) {
      if (body?.kind === 'json') expect(() => checkValue(body.schema, body.example, 'The example')).not.toThrow();
    }
  });

  it('says which fields of requests are refused, as they are', () => {
    const tokens = DESCRIPTION.paths['/v1/tokens']?.['post']?.requestBody?.content['application/json'];
    expect(tokens?.schema).toMatchObject({ additionalProperties: false, required: ['user'] });
    const faasm = DESCRIPTION.paths['/']?.['post']?.requestBody?.content['application/json'];
    expect(faasm?.schema).toMatchObject({ additionalProperties: true });
  });
});
