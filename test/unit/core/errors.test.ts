import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { ERROR_TABLE, type ErrorCode, FaasmError, isFaasmError, toFaasmError } from '../../../src/core/errors.ts';

const ROWS = Object.entries(ERROR_TABLE) as [ErrorCode, (typeof ERROR_TABLE)[ErrorCode]][];

describe('error table', () => {
  it.each(ROWS)('%s has an error status, and says what it means and what to do', (_, { status, meaning, remedy }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^\S.{10,}\.$/);
  });

  it('invites to try again only where the same request may succeed: never after an error of the request itself', () => {
    const retryable = ROWS.filter(([, row]) => row.retryable).map(([code]) => code);
    expect(retryable.toSorted()).toEqual([
      'BODY_TIMEOUT',
      'CONCURRENCY_LIMIT',
      'HOST_OVERLOADED',
      'LOCK_TIMEOUT',
      'QUEUE_FULL',
      'SHUTTING_DOWN',
      'STATE_CONFLICT',
      'STATE_UNAVAILABLE',
      'STORE_UNAVAILABLE',
      'THREAD_LOST',
    ]);
  });
});

describe('FaasmError', () => {
  it('takes status and retryability from the table, and leaves as code and message only', () => {
    const cause = new Error('below');
    const error = new FaasmError('QUEUE_FULL', 'full', cause);
    expect(error).toMatchObject({ name: 'FaasmError', code: 'QUEUE_FULL', status: 503, retryable: true, cause });
    expect(error.record()).toEqual({ code: 'QUEUE_FULL', message: 'full' });
    expect('cause' in new FaasmError('TIMEOUT', 'late')).toBe(false);
  });

  it.each([
    ['an error of this realm', new FaasmError('TIMEOUT', 'late'), true],
    ['an error of another realm', runInNewContext("Object.assign(new Error('late'), { code: 'TIMEOUT' })"), true],
    ['a record that came from a thread', { code: 'TIMEOUT', message: 'late' }, true],
    ["an error with somebody else's code", Object.assign(new Error('no file'), { code: 'ENOENT' }), false],
    ['a code that objects inherit', { code: 'toString', message: '' }, false],
    ['a code that is no text', { code: 7 }, false],
    ['a plain error', new Error('late'), false],
    ['text', 'TIMEOUT', false],
    ['null', null, false],
    ['undefined', undefined, false],
  ])('is recognised by its code: %s', (_, value, expected) => {
    expect(isFaasmError(value)).toBe(expected);
  });
});

describe('toFaasmError', () => {
  it('gives back a FaasmError as it is', () => {
    const error = new FaasmError('TIMEOUT', 'late');
    expect(toFaasmError(error)).toBe(error);
  });

  it.each([
    ['a record', { code: 'TIMEOUT', message: 'late' }],
    ['an error of another realm', runInNewContext("Object.assign(new Error('late'), { code: 'TIMEOUT' })")],
  ])('completes what has only code and message: %s', (_, value) => {
    const error = toFaasmError(value);
    expect(error.record()).toEqual({ code: 'TIMEOUT', message: 'late' });
    expect(error.status).toBe(504);
  });

  it.each([
    [new Error('below'), 'below'],
    [runInNewContext("new TypeError('elsewhere')"), 'elsewhere'],
    ['text', 'text'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ message: 7 }, '[object Object]'],
  ])('makes INTERNAL of everything else: %p', (value, message) => {
    const error = toFaasmError(value);
    expect(error.record()).toEqual({ code: 'INTERNAL', message: `Unexpected error: ${message}` });
    expect(error.cause).toBe(value);
  });
});
