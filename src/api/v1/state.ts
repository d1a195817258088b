import { FaasmError } from '../../core/errors.ts';
import { bytesResponse, jsonResponse } from '../http.ts';
import { bytesAnswer, jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { removedAnswer } from './functions.ts';

const ENTRY = {
  type: 'object',
  required: ['key', 'sizeBytes'],
  properties: { key: { type: 'string' }, sizeBytes: { type: 'integer', minimum: 0 } },
} as const;
const ENTRY_EXAMPLE = { key: 'text', sizeBytes: 43 };

export const STATE_ROUTES: readonly Route[] = [
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
    async handle({ services, params, query }) {
      return jsonResponse({ keys: await services.runtime.state.list(params.user, query.prefix ?? '') });
    },
  }),
  defineRoute({
    id: 'getState',
    method: 'GET',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Read a state value',
    responses: { 200: bytesAnswer('The value.') },
    errors: ['STATE_NOT_FOUND'],
    async handle({ services, params }) {
      const value = await services.runtime.state.get(params.user, params.key);
      if (value === undefined) throw noState(params.user, params.key);
      return bytesResponse(value);
    },
  }),
  defineRoute({
    id: 'putState',
    method: 'PUT',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Replace a state value',
    body: {
      kind: 'bytes',
      limit: 'state',
      contentType: 'application/octet-stream',
      description: 'The value; it may be empty.',
    },
    responses: { 200: jsonAnswer('It is written.', ENTRY, ENTRY_EXAMPLE) },
    errors: ['STATE_LIMIT'],
    async handle({ services, params, body }) {
      const sizeBytes = body.length;
      await services.runtime.state.set(params.user, params.key, body);
      return jsonResponse({ key: params.key, sizeBytes });
    },
  }),
  defineRoute({
    id: 'removeState',
    method: 'DELETE',
    path: '/v1/state/{user}/{key...}',
    access: 'user',
    tag: 'state',
    summary: 'Remove a state value',
    responses: { 200: removedAnswer('It is gone.') },
    errors: ['STATE_NOT_FOUND'],
    async handle({ services, params }) {
      if (!(await services.runtime.state.remove(params.user, params.key))) throw noState(params.user, params.key);
      return jsonResponse({ removed: true });
    },
  }),
];

/** The error for a key without a value. */
export function noState(user: string, key: string): FaasmError {
  return new FaasmError('STATE_NOT_FOUND', `User ${user} has no state ${JSON.stringify(key)}.`);
}
