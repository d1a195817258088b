import { describe, expect, it } from '@jest/globals';
import { textResponse } from '../../../src/api/http.ts';
import { defineRoute, type Method, type Route } from '../../../src/api/route.ts';
import { Router } from '../../../src/api/router.ts';
import { ROUTES } from '../../../src/api/routes.ts';

const route = (method: Method, path: string): Route =>
  defineRoute({
    id: `${method} ${path}`,
    method,
    path,
    access: 'public',
    tag: 'host',
    summary: 'x',
    responses: {},
    handle: async () => textResponse('x'),
  });

const TABLE = [
  route('GET', '/'),
  route('POST', '/'),
  route('GET', '/a/{user}'),
  route('PUT', '/a/{user}'),
  route('GET', '/a/all'),
  route('GET', '/a/{user}/{path...}'),
  route('DELETE', '/b/{user}/{function}/c'),
];
const found = (path: string): unknown => {
  const match = new Router(TABLE).find(path);
  return match === undefined ? undefined : [match.routes.pattern, match.parameters];
};

describe('router', () => {
  it.each([
    ['/', '/', []],
    ['/a/all', '/a/all', []],
    ['/a/x', '/a/{user}', ['x']],
    ['/a/', '/a/{user}', ['']],
    ['/a/%61ll', '/a/{user}', ['%61ll']],
    ['/a/x/y', '/a/{user}/{path...}', ['x', 'y']],
    ['/a/x/y/z//', '/a/{user}/{path...}', ['x', 'y/z//']],
    ['/a/x/', '/a/{user}/{path...}', ['x', '']],
    ['/b/u/f/c', '/b/{user}/{function}/c', ['u', 'f']],
  ])('finds %s', (path, pattern, parameters) => {
    expect(found(path)).toEqual([pattern, parameters]);
  });

  it.each(['', '*', 'a/x', '//', '/a', '/b', '/b/u/f', '/b/u/f/d', '/b/u/f/c/', '/A/x', '/%61/x'])(
    'finds nothing at %j',
    (path) => {
      expect(found(path)).toBeUndefined();
    },
  );

  it('knows the methods of a path, HEAD with GET', () => {
    const { byMethod, allow } = new Router(TABLE).find('/a/x')?.routes ?? { byMethod: new Map(), allow: '' };
    expect([...byMethod.keys()].sort()).toEqual(['GET', 'HEAD', 'PUT']);
    expect(byMethod.get('HEAD')).toBe(byMethod.get('GET'));
    expect(allow).toBe('GET, HEAD, PUT, OPTIONS');
  });

  it('refuses two routes for the same', () => {
    expect(() => new Router([...TABLE, route('PUT', '/a/{user}')])).toThrow('two routes PUT /a/{user}');
  });

  it('finds every route of the table by its own path', () => {
    const router = new Router(ROUTES);
    for (const { method, path } of ROUTES) {
      const match = router.find(path.replaceAll(/\{[a-z.]+\}/g, 'x'));
      expect(match?.routes.byMethod.get(method)?.path).toBe(path);
    }
  });
});
