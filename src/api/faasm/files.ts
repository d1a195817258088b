import type { Principal } from '../../core/call.ts';
import { FaasmError } from '../../core/errors.ts';
import { checkFilePath } from '../../core/object-key.ts';
import { SHARED_USER } from '../../core/shared-file.ts';
import { type ApiRequest, textResponse } from '../http.ts';
import { bytesAnswer, textAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';
import { noFile } from '../v1/files.ts';

const HEADERS = { FilePath: { type: 'string', description: 'Path of the file; it must be there.' } } as const;
const STORE_ERRORS = ['STORE_UNAVAILABLE', 'STORE_DENIED'] as const;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const OWNERS = 'Files of the user `shared` for administrators, of the token for users.';

export const FAASM_FILE_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'faasmPutFile',
    method: 'PUT',
    path: '/file',
    access: 'user',
    tag: 'faasm',
    summary: 'Write a shared file',
    description: OWNERS,
    headers: HEADERS,
    body: {
      kind: 'bytes',
      limit: 'file',
      contentType: 'application/octet-stream',
      description: 'The file; it may be empty.',
    },
    responses: { 200: textAnswer('It is written.', 'Shared file uploaded\n') },
    errors: ['BAD_REQUEST', 'INVALID_NAME', 'STORE_FULL', ...STORE_ERRORS],
    async handle({ services, request, principal, body }) {
      await services.runtime.files.put(ownerOf(principal), filePath(request), body);
      return textResponse('Shared file uploaded\n');
    },
  }),
  defineRoute({
    id: 'faasmGetFile',
    method: 'GET',
    path: '/file',
    access: 'user',
    tag: 'faasm',
    summary: 'Read a shared file',
    description: `${OWNERS} A file that a user does not have is looked for among those of \`shared\`.`,
    headers: HEADERS,
    responses: { 200: bytesAnswer('The file.') },
    errors: ['BAD_REQUEST', 'INVALID_NAME', 'FILE_NOT_FOUND', 'HOST_OVERLOADED', ...STORE_ERRORS],
    async handle({ services: { runtime, fileAnswers }, request, principal }) {
      const path = filePath(request);
      const owner = ownerOf(principal);
      const from = (user: string) => fileAnswers.answer(request, principal, runtime.files, user, path);
      const answer = (await from(owner)) ?? (await from(SHARED_USER));
      if (answer === undefined) throw noFile(owner, path);
      return answer;
    },
  }),
  defineRoute({
    id: 'faasmRemoveFile',
    method: 'DELETE',
    path: '/file',
    access: 'user',
    tag: 'faasm',
    summary: 'Remove a shared file',
    description: OWNERS,
    headers: HEADERS,
    responses: { 200: textAnswer('It is gone.', 'Shared file removed\n') },
    errors: ['BAD_REQUEST', 'INVALID_NAME', 'FILE_NOT_FOUND', ...STORE_ERRORS],
    async handle({ services, request, principal }) {
      const path = filePath(request);
      const owner = ownerOf(principal);
      if (!(await services.runtime.files.remove(owner, path))) throw noFile(owner, path);
      return textResponse('Shared file removed\n');
    },
  }),
];

function ownerOf(principal: Principal): string {
  return principal.kind === 'admin' ? SHARED_USER : principal.user;
}

function filePath(request: ApiRequest): string {
  const path = request.header('filepath');
  if (path !== undefined && path !== '') return checkFilePath(asUtf8(path));
  throw new FaasmError('BAD_REQUEST', 'The header FilePath is missing: it says which file is meant.');
}

/** Headers are bytes, which servers hand on as Latin-1: what clients sent as UTF-8 is read as that. */
function asUtf8(header: string): string {
  const codes = Array.from(header, (character) => character.charCodeAt(0));
  if (codes.some((code) => code > 0xff)) return header;
  try {
    return UTF8.decode(new Uint8Array(codes));
  } catch {
    return header;
  }
}
