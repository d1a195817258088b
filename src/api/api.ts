import { FaasmError, toFaasmError } from '../core/errors.ts';
import type { Runtime } from '../core/ports.ts';
import type { FaasmApiOptions } from './api-options.ts';
import { type AuthMode, authenticate, authorise } from './auth.ts';
import { readBody } from './body.ts';
import { errorResponse } from './error-response.ts';
import { BatchTable } from './faasm/batch-table.ts';
import { FileAnswers } from './file-answers.ts';
import { type ApiHandler, type ApiRequest, type ApiResponse, headOnly } from './http.ts';
import { Listings } from './listings.ts';
import { openApiDocument } from './openapi.ts';
import { readPathParameter, readQuery } from './parameters.ts';
import { isVersioned, type Route } from './route.ts';
import { type Match, Router } from './router.ts';
import { ROUTES } from './routes.ts';
import type { Services } from './services.ts';

/** The whole HTTP API of a host: every route of `routes.ts`. Says so in its answer whatever goes wrong. */
export function faasmApi(runtime: Runtime, options: FaasmApiOptions): ApiHandler {
  const router = new Router(ROUTES);
  let description: string | undefined;
  const fileAnswers = new FileAnswers(options.fileAnswerBytes);
  const services: Services = {
    runtime,
    bodies: options.bodies,
    fileAnswers,
    listings: new Listings(fileAnswers),
    platform: options.platform,
    batches: new BatchTable(),
    description() {
      description ??= JSON.stringify(openApiDocument(ROUTES, options));
      return description;
    },
  };
  return async (request) => {
    const startedAt = performance.now();
    const match = router.find(request.path);
    let response: ApiResponse;
    try {
      response = await respond(services, options.auth, request, match);
    } catch (error) {
      response = errorResponse(request, toFaasmError(error).record());
    }
    runtime.httpRequest(match?.routes.pattern ?? UNKNOWN_ROUTE, response.status, performance.now() - startedAt);
    return request.method === 'HEAD' ? headOnly(response) : response;
  };
}

/** How metrics call paths that lead nowhere: as one, whatever clients make up. */
const UNKNOWN_ROUTE = 'unknown';
const NOTHING = Object.freeze({});

/** Nothing is read of the body, and nothing looked up, before the request is known to be allowed and well-formed. */
async function respond(
  services: Services,
  mode: AuthMode,
  request: ApiRequest,
  match: Match | undefined,
): Promise<ApiResponse> {
  const route = match?.routes.byMethod.get(request.method);
  const authenticated = authenticate(request, services.runtime.tokens, mode, route?.access ?? accessOfPath(match));
  // Waiting for what is there already would cost every request of an open host.
  const principal = authenticated instanceof Promise ? await authenticated : authenticated;
  if (match === undefined) throw noRoute(request.path);
  if (route === undefined) return otherMethod(request, match.routes.allow);
  const params = readPath(match);
  authorise(route, principal, params['user'] as string | undefined);
  const query = readQuery(route.query ?? NOTHING, request.query, isVersioned(request.path));
  const body = route.body === undefined ? undefined : await readBody(request, route.body, services.bodies, principal);
  // An async function that returns a promise instead of waiting for it takes two turns more of the microtask queue.
  return await route.handle({ services, request, principal, params, query, body });
}

/** Who may be told that a path leads nowhere, or takes other methods: nobody hears more than that without a token. */
function accessOfPath(match: Match | undefined): Route['access'] {
  const [route] = match?.routes.byMethod.values() ?? [];
  return route?.access === 'public' ? 'public' : 'user';
}

function readPath({ routes, parameters }: Match): Readonly<Record<string, string | number>> {
  if (parameters.length === 0) return NOTHING;
  const params: Record<string, string | number> = {};
  for (const [index, name] of routes.names.entries()) params[name] = readPathParameter(name, parameters[index] ?? '');
  return params;
}

function otherMethod(request: ApiRequest, allow: string): ApiResponse {
  if (request.method === 'OPTIONS') return { status: 204, headers: { allow }, body: '' };
  const message = `${request.method} is not possible here: use ${allow}.`;
  return errorResponse(request, { code: 'METHOD_NOT_ALLOWED', message }, { headers: { allow } });
}

function noRoute(path: string): FaasmError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new FaasmError('ROUTE_NOT_FOUND', `There is nothing at ${shown}: GET /openapi.json lists what there is.`);
}
