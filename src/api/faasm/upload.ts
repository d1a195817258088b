import { FaasmError } from '../../core/errors.ts';
import { bytesResponse, textResponse } from '../http.ts';
import { entityTag, PRECONDITION_HEADERS } from '../preconditions.ts';
import { bytesAnswer, textAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { replaceValue } from '../state-change.ts';
import { stateValueResponse } from '../state-value.ts';
import { noFile } from '../v1/files.ts';
import { ETAG, STATE_READ, STATE_WRITE_ERRORS } from '../v1/state.ts';

const READ_ERRORS = ['FUNCTION_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_DENIED', 'STORE_CORRUPT'] as const;
const STORE_ERRORS = ['STORE_UNAVAILABLE', 'STORE_DENIED', 'STORE_FULL'] as const;
const MODULE_ERRORS = ['MODULE_INVALID', 'MODULE_UNSUPPORTED', 'MODULE_IMPORTS', 'MODULE_NO_ENTRY'] as const;

export const FAASM_UPLOAD_ROUTES: readonly Route[] = [
  ...functionRoutes('f'),
  ...functionRoutes('fa'),
  defineRoute({
    id: 'faasmGetMachineCode',
    method: 'GET',
    path: '/fo/{user}/{function}',
    access: 'user',
    tag: 'faasm',
    deprecated: true,
    summary: 'Machine code of a function: not kept here',
    responses: {},
    errors: ['NOT_SUPPORTED'],
    async handle() {
      const message = 'Machine code is not kept: V8 compiles functions when they are loaded. GET /f has the module.';
      throw new FaasmError('NOT_SUPPORTED', message);
    },
  }),
  ...pythonRoutes('p'),
  ...pythonRoutes('pa'),
  defineRoute({
    id: 'faasmPutState',
    method: 'PUT',
    path: '/s/{user}/{key...}',
    access: 'user',
    tag: 'faasm',
    summary: 'Replace a state value',
    headers: PRECONDITION_HEADERS,
    body: {
      kind: 'bytes',
      limit: 'state',
      contentType: 'application/octet-stream',
      description: 'The value; it may be empty.',
    },
    responses: { 200: { ...textAnswer('It is written.', 'State upload complete\n'), headers: ETAG } },
    errors: ['PRECONDITION_FAILED', ...STATE_WRITE_ERRORS],
    async handle({ services, request, params, body }) {
      const stat = await replaceValue(services.runtime.state, request, params, body);
      return textResponse('State upload complete\n', { etag: entityTag(stat) });
    },
  }),
  defineRoute({
    id: 'faasmGetState',
    method: 'GET',
    path: '/s/{user}/{key...}',
    access: 'user',
    tag: 'faasm',
    summary: 'Read a state value',
    ...STATE_READ,
    handle: ({ services, request, params }) =>
      stateValueResponse(services.runtime.state, request, params.user, params.key),
  }),
  defineRoute({
    id: 'faasmPing',
    method: 'GET',
    path: '/ping',
    access: 'public',
    tag: 'faasm',
    summary: 'Whether the process answers',
    responses: { 200: textAnswer('It does.', 'PONG') },
    async handle() {
      return textResponse('PONG');
    },
  }),
];

function functionRoutes(prefix: 'f' | 'fa'): readonly Route[] {
  const alias = prefix === 'fa';
  const path = `/${prefix}/{user}/{function}` as const;
  const shared = { path, access: 'user', tag: 'faasm', deprecated: alias } as const;
  return [
    defineRoute({
      ...shared,
      id: alias ? 'faasmUploadFunctionFa' : 'faasmUploadFunction',
      method: 'PUT',
      summary: 'Upload a function',
      body: {
        kind: 'bytes',
        limit: 'upload',
        contentType: 'application/wasm',
        description: 'A WebAssembly module.',
        notEmpty: true,
      },
      responses: { 200: textAnswer('It is the current version now.', 'Function upload complete\n') },
      errors: [...MODULE_ERRORS, ...STORE_ERRORS],
      async handle({ services, params, body }) {
        const receipt = await services.runtime.upload({ user: params.user, function: params.function }, body);
        return textResponse('Function upload complete\n', {
          'x-faasm-version': receipt.version,
          'x-faasm-resettable': String(receipt.resettable),
        });
      },
    }),
    defineRoute({
      ...shared,
      id: alias ? 'faasmGetFunctionFa' : 'faasmGetFunction',
      method: 'GET',
      summary: 'The code of a function, as it was uploaded',
      responses: { 200: bytesAnswer('The module.', 'application/wasm') },
      errors: READ_ERRORS,
      async handle({ services, params }) {
        const { wasm } = await services.runtime.functions.code({ user: params.user, function: params.function });
        return bytesResponse(wasm, { 'content-type': 'application/wasm' });
      },
    }),
  ];
}

function pythonRoutes(prefix: 'p' | 'pa'): readonly Route[] {
  const alias = prefix === 'pa';
  const path = `/${prefix}/{user}/{function}` as const;
  const shared = { path, access: 'user', tag: 'faasm', deprecated: alias } as const;
  return [
    defineRoute({
      ...shared,
      id: alias ? 'faasmUploadPythonPa' : 'faasmUploadPython',
      method: 'PUT',
      summary: 'Upload a Python function',
      description: 'It is kept as the file `pyfuncs/<user>/<function>/function.py` of the user.',
      body: {
        kind: 'bytes',
        limit: 'upload',
        contentType: 'text/x-python',
        description: 'Python source.',
        notEmpty: true,
      },
      responses: { 200: textAnswer('It is kept.', 'Python function upload complete\n') },
      errors: STORE_ERRORS,
      async handle({ services, params, body }) {
        await services.runtime.files.put(params.user, pythonPath(params.user, params.function), body);
        return textResponse('Python function upload complete\n');
      },
    }),
    defineRoute({
      ...shared,
      id: alias ? 'faasmGetPythonPa' : 'faasmGetPython',
      method: 'GET',
      summary: 'The source of a Python function',
      responses: { 200: bytesAnswer('The source.', 'text/x-python') },
      errors: ['FILE_NOT_FOUND', 'STORE_UNAVAILABLE', 'STORE_DENIED'],
      async handle({ services, params }) {
        const filePath = pythonPath(params.user, params.function);
        const source = await services.runtime.files.get(params.user, filePath);
        if (source === undefined) throw noFile(params.user, filePath);
        return bytesResponse(source, { 'content-type': 'text/x-python' });
      },
    }),
  ];
}

/** Where Faasm's Python runtime looks for a function. */
function pythonPath(user: string, name: string): string {
  return `pyfuncs/${user}/${name}/function.py`;
}
