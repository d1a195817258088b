import { FaasmError } from '../../core/errors.ts';
import { SHARED_USER } from '../../core/shared-file.ts';
import { jsonResponse } from '../http.ts';
import { bytesAnswer, jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { removedAnswer } from './functions.ts';

const STORE_ERRORS = ['STORE_UNAVAILABLE', 'STORE_DENIED'] as const;

export const FILE_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'listFiles',
    method: 'GET',
    path: '/v1/files/{user}',
    access: 'user',
    openUsers: [SHARED_USER],
    tag: 'files',
    summary: 'List the shared files of a user',
    description: 'Everybody may list and read those of the user `shared`.',
    query: { prefix: { type: 'string', maxLength: 600, description: 'Only files whose paths begin so.' } },
    responses: {
      200: jsonAnswer(
        'The files.',
        {
          type: 'object',
          required: ['files'],
          properties: {
            files: {
              type: 'array',
              items: {
                type: 'object',
                required: ['path', 'sizeBytes', 'modifiedAt'],
                properties: {
                  path: { type: 'string' },
                  sizeBytes: { type: 'integer', minimum: 0 },
                  modifiedAt: { type: 'string', format: 'date-time' },
                },
              },
            },
          },
        },
        { files: [{ path: 'data/words.txt', sizeBytes: 120, modifiedAt: '2026-11-21T06:42:37.123Z' }] },
      ),
    },
    errors: ['HOST_OVERLOADED', ...STORE_ERRORS],
    handle({ services: { runtime, listings }, request, principal, params: { user }, query }) {
      const list = () => runtime.files.list(user, query.prefix ?? '');
      return listings.answer(request, principal, { owner: user, field: 'files', list });
    },
  }),
  defineRoute({
    id: 'getFile',
    method: 'GET',
    path: '/v1/files/{user}/{path...}',
    access: 'user',
    openUsers: [SHARED_USER],
    tag: 'files',
    summary: 'Read a shared file',
    responses: { 200: bytesAnswer('The file.') },
    errors: ['FILE_NOT_FOUND', 'HOST_OVERLOADED', ...STORE_ERRORS],
    async handle({ services: { runtime, fileAnswers }, request, principal, params: { user, path } }) {
      const answer = await fileAnswers.answer(request, principal, runtime.files, user, path);
      if (answer === undefined) throw noFile(user, path);
      return answer;
    },
  }),
  defineRoute({
    id: 'putFile',
    method: 'PUT',
    path: '/v1/files/{user}/{path...}',
    access: 'user',
    tag: 'files',
    summary: 'Write a shared file',
    body: {
      kind: 'bytes',
      limit: 'file',
      contentType: 'application/octet-stream',
      description: 'The file; it may be empty.',
    },
    responses: {
      200: jsonAnswer(
        'It is written.',
        {
          type: 'object',
          required: ['path', 'sizeBytes'],
          properties: { path: { type: 'string' }, sizeBytes: { type: 'integer', minimum: 0 } },
        },
        { path: 'data/words.txt', sizeBytes: 120 },
      ),
    },
    errors: ['STORE_FULL', ...STORE_ERRORS],
    async handle({ services, params, body }) {
      await services.runtime.files.put(params.user, params.path, body);
      return jsonResponse({ path: params.path, sizeBytes: body.length });
    },
  }),
  defineRoute({
    id: 'removeFile',
    method: 'DELETE',
    path: '/v1/files/{user}/{path...}',
    access: 'user',
    tag: 'files',
    summary: 'Remove a shared file',
    responses: { 200: removedAnswer('It is gone.') },
    errors: ['FILE_NOT_FOUND', ...STORE_ERRORS],
    async handle({ services, params }) {
      if (!(await services.runtime.files.remove(params.user, params.path))) throw noFile(params.user, params.path);
      return jsonResponse({ removed: true });
    },
  }),
];

/** The error for a path without a file. */
export function noFile(user: string, path: string): FaasmError {
  return new FaasmError('FILE_NOT_FOUND', `User ${user} has no file ${JSON.stringify(path)}.`);
}
