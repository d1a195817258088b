import { describe, expect, it } from '@jest/globals';
import { isMissing, s3Error } from '../../../src/stores/s3-errors.ts';

const failure = (name: string, status?: number, more: object = {}): Error =>
  Object.assign(new Error('secret text'), {
    name,
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
    ...more,
  });

describe('errors of S3', () => {
  it.each([
    ['AccessDenied', 403, 'STORE_DENIED'],
    ['SignatureDoesNotMatch', 403, 'STORE_DENIED'],
    ['ExpiredToken', 400, 'STORE_DENIED'],
    ['RequestTimeTooSkewed', 403, 'STORE_DENIED'],
    ['CredentialsProviderError', undefined, 'STORE_DENIED'],
    ['SomethingOfAnotherServer', 403, 'STORE_DENIED'],
    ['QuotaExceeded', 403, 'STORE_FULL'],
    ['Unknown', 507, 'STORE_FULL'],
    ['NoSuchBucket', 404, 'STORE_UNAVAILABLE'],
    ['PermanentRedirect', 301, 'STORE_UNAVAILABLE'],
    ['InternalError', 500, 'STORE_UNAVAILABLE'],
    ['SlowDown', 503, 'STORE_UNAVAILABLE'],
    ['TimeoutError', undefined, 'STORE_UNAVAILABLE'],
  ])('%s with status %s is %s', (name, status, code) => {
    const error = s3Error('s3://b/', 'read k', failure(name, status));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(new RegExp(`^The store s3://b/ failed to read k \\(${name}.*\\): .+\\.$`));
    expect([error.message, String(error.cause), JSON.stringify(error)].join()).not.toContain('secret');
  });

  it('says what is wrong with the connection, and which setting names the region', () => {
    expect(s3Error('s', 'a', failure('Error', undefined, { code: 'ECONNREFUSED' })).message).toContain(
      '(ECONNREFUSED)',
    );
    const noRegion = Object.assign(new Error('Region is missing'), { name: 'Error' });
    expect(s3Error('s', 'a', noRegion)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('FAASM_S3_REGION'),
    });
    for (const odd of [undefined, null, 'text', 5]) expect(s3Error('s', 'a', odd).code).toBe('STORE_UNAVAILABLE');
  });

  it('tells a missing object from a missing bucket', () => {
    expect(isMissing(failure('NoSuchKey', 404))).toBe(true);
    expect(isMissing(failure('NoSuchBucket', 404))).toBe(false);
  });
});
