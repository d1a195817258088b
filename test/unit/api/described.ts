import { expect } from '@jest/globals';
import { ERROR_BODY } from '../../../src/api/error-body.ts';
import type { ApiHeaders } from '../../../src/api/http.ts';
import { openApiDocument } from '../../../src/api/openapi.ts';
import { Router } from '../../../src/api/router.ts';
import { ROUTES } from '../../../src/api/routes.ts';
import { checkValue, type JsonSchema } from '../../../src/api/schema.ts';

/** An answer with its body read. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: ApiHeaders;
  readonly text: string;
}

/** The parts of an OpenAPI document that tests look at. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Media {
  readonly schema?: JsonSchema | { readonly $ref: string };
  readonly example?: unknown;
}

/** The description of the API. */
export const DESCRIPTION = openApiDocument(ROUTES, {
  auth: 'tokens',
  fileAnswerBytes: 300,
  bodies: { invoke: 1000, upload: 100, state: 200, file: 300 },
  platform: 'test',
}) as unknown as Description;

const router = new Router(ROUTES);

/** Fails unless the API's description says that a request may be answered so: status, content type and every field. */
export function expectDescribed(method: string, path: string, answer: ReadAnswer): void {
  const route = router.find(path)?.routes.byMethod.get(method);
  if (route === undefined || method === 'HEAD') return;
  const operation = DESCRIPTION.paths[route.path.replace('...}', '}')]?.[route.method.toLowerCase()];
  const described = operation?.responses[String(answer.status)];
  const what = `${method} ${route.path} ${answer.status} ${answer.headers['x-faasm-error'] ?? ''}`;
  expect([what, described !== undefined]).toEqual([what, true]);
  const code = answer.headers['x-faasm-error'];
  // With 200 it says what became of a call that was asked for.
  if (code !== undefined && answer.status !== 200) expect(described?.description).toContain(`\`${code}\``);
  if (described?.content === undefined) {
    expect([what, answer.text]).toEqual([what, '']);
    return;
  }
  const type = answer.headers['content-type']?.split(';')[0] ?? '';
  expect([what, Object.keys(described.content)]).toEqual([what, expect.arrayContaining([type])]);
  if (type === 'application/json') checkMedia(described.content[type], JSON.parse(answer.text), what);
}

/** Fails unless `value` has the fields that `media` describes and no others. */
export function checkMedia(media: Media | undefined, value: unknown, what: string): void {
  const { schema } = media ?? {};
  if (schema !== undefined) checkValue('$ref' in schema ? ERROR_BODY : schema, value, what);
}
