import { toFaasmError } from '../core/errors.ts';
import { ERROR_BODY } from './error-body.ts';
import { errorResponse } from './error-response.ts';
import { textResponse } from './http.ts';
import { type ResponseSpec, textAnswer } from './responses.ts';
import { defineRoute, type Route } from './route.ts';

const NOT_READY: ResponseSpec = {
  description: 'It does not, and why: `SHUTTING_DOWN`, `STORE_UNAVAILABLE`, `STORE_DENIED`, `STORE_CORRUPT`.',
  content: { 'text/plain': { schema: { type: 'string' } }, 'application/json': { schema: ERROR_BODY } },
};

/** Routes for what watches the host: load balancers, Prometheus, tools that read the description. */
export const SERVICE_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'health',
    method: 'GET',
    path: '/healthz',
    access: 'public',
    tag: 'host',
    summary: 'Whether the process answers',
    responses: { 200: textAnswer('It does.', 'ok\n') },
    async handle() {
      return textResponse('ok\n');
    },
  }),
  defineRoute({
    id: 'ready',
    method: 'GET',
    path: '/readyz',
    access: 'public',
    tag: 'host',
    summary: 'Whether the host takes calls',
    responses: { 200: textAnswer('It does.', 'ok\n'), 503: NOT_READY },
    async handle({ services, request }) {
      try {
        await services.runtime.ready();
        return textResponse('ok\n');
      } catch (error) {
        // Whatever the reason: load balancers look at the status.
        return { ...errorResponse(request, toFaasmError(error).record()), status: 503 };
      }
    },
  }),
  defineRoute({
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    access: 'admin',
    tag: 'host',
    summary: "Metrics in Prometheus' text format",
    responses: { 200: textAnswer('The metrics.') },
    async handle({ services }) {
      return textResponse(services.runtime.metrics(), { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    },
  }),
  defineRoute({
    id: 'description',
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    tag: 'host',
    summary: 'This description, as OpenAPI 3.1',
    responses: {
      200: { description: 'The document.', content: { 'application/json': { schema: { type: 'object' } } } },
    },
    async handle({ services }) {
      return { status: 200, headers: { 'content-type': 'application/json' }, body: services.description() };
    },
  }),
];
