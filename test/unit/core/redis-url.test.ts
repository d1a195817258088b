import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl, redisPlace } from '../../../src/core/redis-url.ts';

describe('address of Redis', () => {
  it.each([
    ['redis://host', { kind: 'server', tls: false, addresses: [{ host: 'host', port: 6379 }], database: 0 }],
    ['rediss://host:1/3', { kind: 'server', tls: true, addresses: [{ host: 'host', port: 1 }], database: 3 }],
    ['redis://[::1]:7000/', { kind: 'server', addresses: [{ host: '::1', port: 7000 }] }],
    ['unix:///run/redis.sock', { kind: 'path', path: '/run/redis.sock', addresses: [] }],
    [
      'redis-sentinel://a,b:1/state',
      {
        kind: 'sentinel',
        masterName: 'state',
        addresses: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 1 },
        ],
      },
    ],
    ['rediss-cluster://a:1,b', { kind: 'cluster', tls: true, shown: 'rediss-cluster://a:1,b' }],
  ])('%s', (url, place) => {
    expect(parseRedisUrl(url)).toMatchObject(place);
  });

  it('takes user and password, and shows neither', () => {
    const place = redisPlace('redis://me%40home:p%3Aw@host/2');
    expect(place).toMatchObject({ username: 'me@home', password: 'p:w', shown: 'redis://host/2' });
    expect(redisPlace('unix://:secret@/run/redis.sock')).toMatchObject({
      password: 'secret',
      shown: 'unix:///run/redis.sock',
    });
    expect(parseRedisUrl('redis://host')).not.toHaveProperty('password');
  });

  it.each([
    '',
    'host',
    'http://host',
    'redis://',
    'redis://a,b',
    'redis://host:0',
    'redis://host:65536',
    'redis://host/name',
    'redis://ho st',
    'unix://',
    'unix://host/path',
    'redis-sentinel://a,b',
    'redis-sentinel:///name',
    'redis-cluster://a/1',
    'redis-cluster://a,',
    'redis://%zz:secret@host',
    '__proto__://host',
  ])('refuses %j', (url) => {
    expect(parseRedisUrl(url)).toBeUndefined();
    expect(() => redisPlace(url)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  it('does not tell a password when it refuses', () => {
    expect(() => redisPlace('redis://:secret@host/name')).not.toThrow('secret');
  });
});
