import { ERROR_TABLE, type ErrorCode } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import type { FaasmApiOptions } from './api-options.ts';
import { type BodySpec, bodyLimit } from './body.ts';
import { ERROR_BODY } from './error-body.ts';
import { PATH_PARAMETERS } from './parameters.ts';
import { BINARY, type ResponseSpec } from './responses.ts';
import { isVersioned, pathParameter, type Route, type Tag } from './route.ts';
import type { JsonSchema } from './schema.ts';

type Json = Readonly<Record<string, unknown>>;

const TAGS: Readonly<Record<Tag, string>> = {
  calls: 'Calling functions, and what became of calls.',
  functions: 'Functions and their versions.',
  state: 'State values: bytes under a key, which functions of the same user share.',
  files: 'Files that functions read.',
  tokens: 'Who may do what.',
  host: 'The host itself.',
  faasm: "Faasm's own routes, for its clients.",
};

const ABOUT = [
  'Requests are checked strictly below `/v1`: parameters and fields that are not known are refused.',
  'A field that is `null` counts as absent. Below `/v1` errors are JSON; elsewhere text, or JSON for clients that send',
  '`Accept: application/json`. HEAD works wherever GET does.',
].join(' ');

/** The description of `routes` as OpenAPI 3.1: made of the table that requests are checked with. */
export function openApiDocument(routes: readonly Route[], options: FaasmApiOptions): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = describedPath(route.path);
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route, options);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Faasm',
      version: VERSION,
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    // On a host that asks for no tokens, whoever sends none is its administrator.
    security: options.auth === 'open' ? [{ token: [] }, {}] : [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: '`POST /v1/tokens` creates them.' } },
      schemas: { Error: ERROR_BODY },
    },
  };
}

function operation(route: Route, options: FaasmApiOptions): Json {
  const { body } = route;
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.deprecated === true ? { deprecated: true } : {}),
    ...(route.access === 'public' ? { security: [] } : {}),
    parameters: parameters(route),
    ...(body === undefined ? {} : { requestBody: requestBody(body, options) }),
    responses: responses(route),
  };
}

function parameters(route: Route): readonly Json[] {
  const inPath = route.path.split('/').flatMap((segment) => {
    const parameter = pathParameter(segment);
    if (parameter === undefined) return [];
    const { description, ...schema } = PATH_PARAMETERS[parameter.name].schema as JsonSchema;
    return [{ name: parameter.name, in: 'path', required: true, description, schema }];
  });
  const others = (where: 'query' | 'header', fields: Readonly<Record<string, JsonSchema>> = {}): readonly Json[] =>
    Object.entries(fields).map(([name, { description, ...schema }]) => ({
      name,
      in: where,
      required: false,
      ...(description === undefined ? {} : { description }),
      schema,
    }));
  return [...inPath, ...others('query', route.query), ...others('header', route.headers)];
}

function requestBody(body: BodySpec, options: FaasmApiOptions): Json {
  const limit = `At most ${bodyLimit(body, options.bodies)} bytes.`;
  if (body.kind === 'bytes') {
    const description = `${body.description} ${limit}`;
    return { description, required: body.notEmpty === true, content: { [body.contentType]: BINARY } };
  }
  const media = { schema: strict(body.schema), example: body.example };
  return { description: limit, required: body.optional !== true, content: { 'application/json': media } };
}

function responses(route: Route): Json {
  const described: Record<string, Json> = {};
  for (const [status, response] of Object.entries(route.responses)) described[status] = answer(response);
  for (const [status, codes] of errorsByStatus(route)) {
    const description = codes.map((code) => `\`${code}\`: ${ERROR_TABLE[code].meaning}`).join('\n\n');
    described[status] = { description, headers: ERROR_HEADERS, content: errorContent(route) };
  }
  return described;
}

const ERROR_HEADERS = { 'x-faasm-error': { description: 'The code.', schema: { type: 'string' } } };

function errorContent(route: Route): Json {
  const json = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  return isVersioned(route.path) ? json : { 'text/plain': { schema: { type: 'string' } }, ...json };
}

function answer({ description, content, headers }: ResponseSpec): Json {
  const described = Object.entries(headers ?? {}).map(([name, meaning]) => [
    name,
    { description: meaning, schema: { type: 'string' } },
  ]);
  return {
    description,
    ...(headers === undefined ? {} : { headers: Object.fromEntries(described) }),
    ...(content === undefined ? {} : { content }),
  };
}

/** The codes that a route may answer, by status: its own, and those that what it declares brings with it. */
function errorsByStatus(route: Route): ReadonlyMap<number, readonly ErrorCode[]> {
  const codes = new Set<ErrorCode>([...impliedErrors(route), ...(route.errors ?? []), 'INTERNAL']);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_TABLE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

function impliedErrors(route: Route): readonly ErrorCode[] {
  const named = route.path.includes('{');
  const checked = named || route.query !== undefined || isVersioned(route.path) || route.body?.kind === 'json';
  return [
    ...(checked ? (['BAD_REQUEST'] as const) : []),
    ...(named ? (['INVALID_NAME'] as const) : []),
    ...(route.access === 'public' ? [] : (['UNAUTHENTICATED', 'STORE_UNAVAILABLE'] as const)),
    ...(route.access === 'admin' || route.path.includes('{user}') ? (['FORBIDDEN'] as const) : []),
    ...(route.body === undefined ? [] : (['BODY_TOO_LARGE', 'BODY_TIMEOUT', 'HOST_OVERLOADED'] as const)),
  ];
}

/** `/v1/state/{user}/{key...}` as OpenAPI writes it. */
function describedPath(path: string): string {
  return path.replaceAll('...}', '}');
}

/** A schema of requests: what is not named is refused, unless the schema says otherwise. */
function strict(schema: JsonSchema): Json {
  if (schema.type === 'array') return { ...schema, items: strict(schema.items) };
  if (schema.type !== 'object' || schema.properties === undefined) return { ...schema };
  const properties = Object.entries(schema.properties).map(([name, property]) => [name, strict(property)]);
  return { additionalProperties: false, ...schema, properties: Object.fromEntries(properties) };
}
