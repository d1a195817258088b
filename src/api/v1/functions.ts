import type { FunctionSettings } from '../../core/function-document.ts';
import { patchSettings } from '../../core/function-settings.ts';
import { PAGE_BYTES } from '../../core/limits.ts';
import { jsonResponse } from '../http.ts';
import { VERSION } from '../parameters.ts';
import { bytesAnswer, jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { DOCUMENT, DOCUMENT_EXAMPLE, RECEIPT } from './function-schemas.ts';

const NAMES = {
  type: 'object',
  required: ['functions'],
  properties: {
    functions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['user', 'function'],
        properties: { user: { type: 'string' }, function: { type: 'string' } },
      },
    },
  },
} as const;
const NAMES_EXAMPLE = { functions: [{ user: 'demo', function: 'hello' }] };
const STORE_ERRORS = ['STORE_UNAVAILABLE', 'STORE_DENIED', 'STORE_CORRUPT'] as const;
const READ_ERRORS = ['FUNCTION_NOT_FOUND', 'VERSION_NOT_FOUND', ...STORE_ERRORS] as const;
const WRITE_ERRORS = [...READ_ERRORS, 'STORE_FULL'] as const;

/** A module may start with more memory than functions have unless they say otherwise, so new ones can say it at once. */
const MEMORY = {
  type: 'integer',
  minimum: PAGE_BYTES,
  maximum: 2 ** 32,
  description: 'Heap of a call in bytes: the setting `limits.memoryBytes`.',
} as const;

export const FUNCTION_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'listFunctions',
    method: 'GET',
    path: '/v1/functions',
    access: 'user',
    tag: 'functions',
    summary: 'List functions',
    description: 'Administrators see those of all users.',
    responses: { 200: jsonAnswer('The functions, sorted by name.', NAMES, NAMES_EXAMPLE) },
    errors: ['HOST_OVERLOADED', ...STORE_ERRORS],
    handle({ services: { runtime, listings }, request, principal }) {
      const user = principal.kind === 'admin' ? undefined : principal.user;
      const list = () => runtime.functions.list(user);
      return listings.answer(request, principal, { owner: user ?? '', field: 'functions', list });
    },
  }),
  defineRoute({
    id: 'listFunctionsOfUser',
    method: 'GET',
    path: '/v1/functions/{user}',
    access: 'user',
    tag: 'functions',
    summary: 'List the functions of a user',
    responses: { 200: jsonAnswer('The functions, sorted by name.', NAMES, NAMES_EXAMPLE) },
    errors: ['HOST_OVERLOADED', ...STORE_ERRORS],
    handle({ services: { runtime, listings }, request, principal, params: { user } }) {
      const list = () => runtime.functions.list(user);
      return listings.answer(request, principal, { owner: user, field: 'functions', list });
    },
  }),
  defineRoute({
    id: 'uploadFunction',
    method: 'PUT',
    path: '/v1/functions/{user}/{function}',
    access: 'user',
    tag: 'functions',
    summary: 'Upload a function',
    description: 'Checks the module and keeps it as a new version, which calls get from now on. Other settings stay.',
    query: { memory: MEMORY },
    body: {
      kind: 'bytes',
      limit: 'upload',
      contentType: 'application/wasm',
      description: 'A WebAssembly module.',
      notEmpty: true,
    },
    responses: {
      201: jsonAnswer('The new version.', RECEIPT, { ...DOCUMENT_EXAMPLE, resettable: true, reasons: [] }),
    },
    errors: [
      'MODULE_INVALID',
      'MODULE_UNSUPPORTED',
      'MODULE_IMPORTS',
      'MODULE_NO_ENTRY',
      'STORE_FULL',
      ...STORE_ERRORS,
    ],
    async handle({ services: { runtime }, params, query: { memory }, body }) {
      const withMemory = (before: FunctionSettings) => patchSettings(before, { limits: { memoryBytes: memory } });
      const receipt = await runtime.upload(params, body, memory === undefined ? undefined : withMemory);
      return jsonResponse(receipt, 201, { 'x-faasm-version': receipt.version });
    },
  }),
  defineRoute({
    id: 'getFunction',
    method: 'GET',
    path: '/v1/functions/{user}/{function}',
    access: 'user',
    tag: 'functions',
    summary: 'What is known of a function',
    query: { version: VERSION },
    responses: { 200: jsonAnswer('The current version, or the one asked for.', DOCUMENT, DOCUMENT_EXAMPLE) },
    errors: READ_ERRORS,
    async handle({ services, params, query }) {
      return jsonResponse(await services.runtime.functions.document(params, query.version));
    },
  }),
  defineRoute({
    id: 'configureFunction',
    method: 'PATCH',
    path: '/v1/functions/{user}/{function}',
    access: 'user',
    tag: 'functions',
    summary: 'Change the settings of a function',
    description: 'A new version with the same code. `null` takes a setting back to the default of the host.',
    body: {
      kind: 'json',
      schema: { type: 'object', description: 'JSON merge patch (RFC 7396) of `settings`.' },
      example: { limits: { timeoutMs: 5000 }, environment: { MODE: 'fast' } },
    },
    responses: { 200: jsonAnswer('The new version.', DOCUMENT, DOCUMENT_EXAMPLE) },
    errors: WRITE_ERRORS,
    async handle({ services, params, body }) {
      return jsonResponse(await services.runtime.functions.configure(params, body));
    },
  }),
  defineRoute({
    id: 'removeFunction',
    method: 'DELETE',
    path: '/v1/functions/{user}/{function}',
    access: 'user',
    tag: 'functions',
    summary: 'Remove a function with all its versions',
    description: 'Calls under way go on.',
    responses: { 200: removedAnswer('It is gone.') },
    errors: WRITE_ERRORS,
    async handle({ services, params }) {
      await services.runtime.functions.remove(params);
      return jsonResponse({ removed: true });
    },
  }),
  defineRoute({
    id: 'getFunctionCode',
    method: 'GET',
    path: '/v1/functions/{user}/{function}/wasm',
    access: 'user',
    tag: 'functions',
    summary: 'The code of a function, as it was uploaded',
    query: { version: VERSION },
    responses: { 200: bytesAnswer('The module.', 'application/wasm') },
    errors: ['HOST_OVERLOADED', ...READ_ERRORS],
    async handle({ services: { runtime, fileAnswers }, request, principal, params, query }) {
      const { version, sizeBytes } = await runtime.functions.document(params, query.version);
      const headers = { 'content-type': 'application/wasm', 'x-faasm-version': version };
      const read = async (): Promise<Uint8Array> => (await runtime.functions.code(params, version)).wasm;
      return fileAnswers.send(request, principal, { owner: params.user, sizeBytes, headers, read });
    },
  }),
];

/** The answer that something has been removed. */
export function removedAnswer(description: string): ReturnType<typeof jsonAnswer> {
  const schema = { type: 'object', required: ['removed'], properties: { removed: { type: 'boolean' } } } as const;
  return jsonAnswer(description, schema, { removed: true });
}
