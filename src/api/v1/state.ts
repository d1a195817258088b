import { jsonResponse } from '../http.ts';
import { entityTag, PRECONDITION_HEADERS } from '../preconditions.ts';
import { BYTES, bytesAnswer, jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { changeIf, refuseConditions, replaceValue } from '../state-change.ts';
import { noState, stateValueResponse } from '../state-value.ts';
import { removedAnswer } from './functions.ts';
import { runStateOperation, STATE_OPERATION, STATE_OPERATION_ANSWER } from './state-operations.ts';

const ENTRY = {
  type: 'object',
  required: ['key', 'sizeBytes'],
  properties: { key: { type: 'string' }, sizeBytes: { type: 'integer', minimum: 0 } },
} as const;
const ENTRY_EXAMPLE = { key: 'text', sizeBytes: 43 };

/** What a global tier may answer to reads. */
const STATE_READ_ERRORS = ['STATE_UNAVAILABLE', 'STATE_DENIED', 'STATE_CORRUPT'] as const;
/** And to changes. */
export const STATE_WRITE_ERRORS = [...STATE_READ_ERRORS, 'STATE_LIMIT', 'STATE_FULL', 'STATE_CONFLICT'] as const;

/** The header of answers that tell a value's version. */
export const ETAG = { etag: 'Version of the value, for If-Match and If-None-Match.' };

/** How {@link stateValueResponse} is described. */
export const STATE_READ = {
  headers: {
    Range: { type: 'string', description: 'One range of bytes, such as `bytes=0-99`, `bytes=100-` or `bytes=-100`.' },
    'If-Range': { type: 'string', description: 'Range is heeded only if the value has this ETag.' },
    ...PRECONDITION_HEADERS,
  },
  responses: {
    200: { ...bytesAnswer('The value.'), headers: ETAG },
    206: {
      description: 'The range.',
      content: BYTES,
      headers: { ...ETAG, 'content-range': 'Which bytes, and of how many.' },
    },
    304: { description: 'The value has an ETag of If-None-Match.', headers: ETAG },
  },
  errors: ['STATE_NOT_FOUND', 'PRECONDITION_FAILED', 'RANGE_NOT_SATISFIABLE', 'STATE_CONFLICT', ...STATE_READ_ERRORS],
} as const;

const WHOLE_VALUE_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'listState',
    method: 'GET',
    path: '/v1/state/{user}',
    access: 'user',
    tag: 'state',
    summary: 'List the state keys of a user',
    query: { prefix: { type: 'string', maxLength: 512, description: 'Only keys that begin so.' } },
    responses: {
      200: jsonAnswer(
        'The keys, sorted, with the sizes of their values.',
        { type: 'object', required: ['keys'], properties: { keys: { type: 'array', items: ENTRY } } },
        { keys: [ENTRY_EXAMPLE] },
      ),
    },
    errors: ['HOST_OVERLOADED', ...STATE_READ_ERRORS],
    handle({ services: { runtime, listings }, request, principal, params: { user }, query }) {
      const list = () => runtime.state.list(user, query.prefix ?? '');
      return listings.answer(request, principal, { owner: user, field: 'keys', list });
    },
  }),
  defineRoute({
    id: 'getState',
    method: 'GET',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Read a state value',
    description:
      'What the global tier holds. HEAD reads no bytes. Up to 4 MiB are of one version; a larger value that is changed ' +
      'while it is sent cuts the connection.',
    ...STATE_READ,
    handle: ({ services, request, params }) =>
      stateValueResponse(services.runtime.state, request, params.user, params.key),
  }),
  defineRoute({
    id: 'putState',
    method: 'PUT',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Replace a state value',
    headers: PRECONDITION_HEADERS,
    body: {
      kind: 'bytes',
      limit: 'state',
      contentType: 'application/octet-stream',
      description: 'The value; it may be empty.',
    },
    responses: { 200: { ...jsonAnswer('It is written.', ENTRY, ENTRY_EXAMPLE), headers: ETAG } },
    errors: ['PRECONDITION_FAILED', ...STATE_WRITE_ERRORS],
    async handle({ services, request, params, body }) {
      const stat = await replaceValue(services.runtime.state, request, params, body);
      return jsonResponse({ key: params.key, sizeBytes: stat.sizeBytes }, 200, { etag: entityTag(stat) });
    },
  }),
  defineRoute({
    id: 'removeState',
    method: 'DELETE',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Remove a state value',
    headers: PRECONDITION_HEADERS,
    responses: { 200: removedAnswer('It is gone.') },
    errors: ['STATE_NOT_FOUND', 'PRECONDITION_FAILED', ...STATE_WRITE_ERRORS],
    async handle({ services, request, params }) {
      const { state } = services.runtime;
      const removed = await changeIf(state, request, params, (condition) =>
        state.remove(params.user, params.key, condition),
      );
      if (!removed) throw noState(params.user, params.key);
      return jsonResponse({ removed: true });
    },
  }),
];

const PART_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'writeStateRange',
    method: 'PATCH',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Write a range of a state value',
    description:
      'The value must be there and keeps its size. What functions have changed of it and not pushed stays as it is, but ' +
      'for these bytes.',
    headers: PRECONDITION_HEADERS,
    query: {
      offset: { type: 'integer', minimum: 0, description: 'Where in the value the bytes go; 0 if absent.' },
    },
    body: {
      kind: 'bytes',
      limit: 'state',
      contentType: 'application/octet-stream',
      description: 'The bytes.',
      notEmpty: true,
    },
    responses: {
      200: {
        ...jsonAnswer(
          'They are written.',
          { type: 'object', required: ['written'], properties: { written: { type: 'integer', minimum: 1 } } },
          { written: 16 },
        ),
        headers: ETAG,
      },
    },
    errors: ['STATE_NOT_FOUND', 'STATE_SIZE_MISMATCH', 'PRECONDITION_FAILED', ...STATE_WRITE_ERRORS],
    async handle({ services, request, params, query, body }) {
      const range = { offset: query.offset ?? 0, bytes: body };
      const { state } = services.runtime;
      const stat = await changeIf(state, request, params, (condition) =>
        state.setRange(params.user, params.key, range, condition),
      );
      return jsonResponse({ written: body.length }, 200, { etag: entityTag(stat) });
    },
  }),
  defineRoute({
    id: 'changeState',
    method: 'POST',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Change a state value atomically, or have the host push or pull it',
    description:
      '`add` adds to a little-endian integer, which wraps, of a value that is made of zeros where there is none. ' +
      '`compareAndSet` replaces bytes if they are what they were. `push` has this host send what its functions have ' +
      'changed, `pull` has it bring its copy up to date.',
    body: { kind: 'json', schema: STATE_OPERATION, limit: 'state', example: { op: 'add', offset: 8, delta: 1 } },
    responses: {
      200: {
        ...jsonAnswer('It is done.', STATE_OPERATION_ANSWER, { value: '42' }),
        headers: { etag: 'Version of the value after add, and after compareAndSet where it has replaced bytes.' },
      },
    },
    errors: ['STATE_NOT_FOUND', 'STATE_SIZE_MISMATCH', 'STATE_UNINITIALISED', 'NOT_SUPPORTED', ...STATE_WRITE_ERRORS],
    async handle({ services, request, params, body }) {
      refuseConditions(request);
      const { answer, stat } = await runStateOperation(services.runtime.state, params.user, params.key, body);
      return jsonResponse(answer, 200, stat === undefined ? {} : { etag: entityTag(stat) });
    },
  }),
];

/** Routes about state values. */
export const STATE_ROUTES: readonly Route[] = [...WHOLE_VALUE_ROUTES, ...PART_ROUTES];
