import { jsonResponse } from '../http.ts';
import { VERSION } from '../parameters.ts';
import { jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { DOCUMENT, DOCUMENT_EXAMPLE } from './function-schemas.ts';
import { removedAnswer } from './functions.ts';

const ERRORS = ['FUNCTION_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_DENIED', 'STORE_CORRUPT'] as const;
const VERSION_ERRORS = ['VERSION_NOT_FOUND', ...ERRORS] as const;

export const VERSION_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'listVersions',
    method: 'GET',
    path: '/v1/functions/{user}/{function}/versions',
    access: 'user',
    tag: 'functions',
    summary: 'The versions of a function, newest first',
    responses: {
      200: jsonAnswer(
        'The versions, and which of them calls get.',
        {
          type: 'object',
          required: ['current', 'versions'],
          properties: { current: { type: 'string' }, versions: { type: 'array', items: DOCUMENT } },
        },
        { current: DOCUMENT_EXAMPLE.version, versions: [DOCUMENT_EXAMPLE] },
      ),
    },
    errors: ERRORS,
    async handle({ services, params }) {
      return jsonResponse(await services.runtime.functions.versions(params));
    },
  }),
  defineRoute({
    id: 'removeVersion',
    method: 'DELETE',
    path: '/v1/functions/{user}/{function}/versions/{version}',
    access: 'user',
    tag: 'functions',
    summary: 'Remove a version that is not the current one',
    responses: { 200: removedAnswer('It is gone.') },
    errors: ['VERSION_IN_USE', ...VERSION_ERRORS],
    async handle({ services, params }) {
      await services.runtime.functions.removeVersion(params, params.version);
      return jsonResponse({ removed: true });
    },
  }),
  defineRoute({
    id: 'rollbackFunction',
    method: 'POST',
    path: '/v1/functions/{user}/{function}/rollback',
    access: 'user',
    tag: 'functions',
    summary: 'Make another version the current one',
    body: {
      kind: 'json',
      schema: {
        type: 'object',
        properties: { version: { ...VERSION, description: 'Absent: the one before the current one.' } },
      },
      optional: true,
      example: { version: DOCUMENT_EXAMPLE.version },
    },
    responses: { 200: jsonAnswer('The version that calls get now.', DOCUMENT, DOCUMENT_EXAMPLE) },
    errors: VERSION_ERRORS,
    async handle({ services, params, body }) {
      return jsonResponse(await services.runtime.functions.rollback(params, body.version));
    },
  }),
  defineRoute({
    id: 'collectVersions',
    method: 'POST',
    path: '/v1/functions/{user}/{function}/collect',
    access: 'user',
    tag: 'functions',
    summary: 'Remove old versions',
    body: {
      kind: 'json',
      schema: {
        type: 'object',
        properties: {
          keep: {
            type: 'integer',
            minimum: 0,
            maximum: 1_000_000,
            description: 'Keep so many, and the current one. Absent: as many as the host is set to.',
          },
        },
      },
      optional: true,
      example: { keep: 5 },
    },
    responses: {
      200: jsonAnswer(
        'Ids of the versions that are gone.',
        {
          type: 'object',
          required: ['removed'],
          properties: { removed: { type: 'array', items: { type: 'string' } } },
        },
        { removed: ['20261021T064237123Z-5e6f7081'] },
      ),
    },
    errors: ERRORS,
    async handle({ services, params, body }) {
      return jsonResponse({ removed: await services.runtime.functions.collect(params, body.keep) });
    },
  }),
];
