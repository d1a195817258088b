import type { Principal } from '../../core/call.ts';
import { FaasmError } from '../../core/errors.ts';
import type { CallStatus, Runtime } from '../../core/ports.ts';
import { checkUser, owns } from '../auth.ts';
import { RUN_ERRORS } from '../call-errors.ts';
import { CALL_RECORD, CALL_RECORD_EXAMPLE, callRecord } from '../call-record.ts';
import { resultResponse } from '../call-response.ts';
import { type ApiRequest, type ApiResponse, jsonResponse, whenGone } from '../http.ts';
import { jsonAnswer, textAnswer } from '../responses.ts';
import { detailedHeaders } from '../result-headers.ts';
import { defineRoute, type Route } from '../route.ts';
import { OUTPUT, runningResponse, STILL_RUNNING, WAIT } from './invoke.ts';

const LIST_LIMIT = 100;

export const CALL_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'listCalls',
    method: 'GET',
    path: '/v1/calls',
    access: 'user',
    tag: 'calls',
    summary: 'List calls, newest first',
    description: 'Calls that this host knows: under way, and ended ones whose results are kept. Users see their own.',
    query: {
      user: { type: 'string', description: 'Only calls of this user.' },
      function: { type: 'string', description: 'Only calls of functions of this name.' },
      state: { type: 'string', enum: ['queued', 'running', 'success', 'failed'] },
      limit: { type: 'integer', minimum: 1, maximum: 1000, description: `At most so many; ${LIST_LIMIT} by default.` },
    },
    responses: {
      200: jsonAnswer(
        'The calls.',
        {
          type: 'object',
          required: ['calls'],
          properties: { calls: { type: 'array', items: CALL_RECORD } },
        },
        { calls: [CALL_RECORD_EXAMPLE] },
      ),
    },
    errors: ['FORBIDDEN'],
    async handle({ services, principal, query }) {
      const { user, state, limit = LIST_LIMIT } = query;
      if (user !== undefined) checkUser(principal, user);
      const owner = user ?? (principal.kind === 'admin' ? undefined : principal.user);
      const calls = services.runtime.calls({
        limit,
        ...(owner === undefined ? {} : { user: owner }),
        ...(query.function === undefined ? {} : { function: query.function }),
        ...(state === undefined ? {} : { state }),
      });
      return jsonResponse({ calls: calls.map(callRecord) });
    },
  }),
  defineRoute({
    id: 'getCall',
    method: 'GET',
    path: '/v1/calls/{call}',
    access: 'user',
    tag: 'calls',
    summary: 'What is known of a call',
    query: { wait: WAIT },
    responses: { 200: jsonAnswer('The record of the call.', CALL_RECORD, CALL_RECORD_EXAMPLE) },
    errors: ['CALL_NOT_FOUND'],
    async handle({ services: { runtime }, request, principal, params, query }) {
      return jsonResponse(callRecord(await statusAfter(runtime, request, principal, params.call, query.wait ?? 0)));
    },
  }),
  defineRoute({
    id: 'getCallResult',
    method: 'GET',
    path: '/v1/calls/{call}/result',
    access: 'user',
    tag: 'calls',
    summary: 'The output of a call',
    description:
      'May be read any number of times until it expires. A call that failed answers the status of its error.',
    query: { wait: WAIT },
    responses: { 200: OUTPUT, 202: STILL_RUNNING },
    errors: ['CALL_NOT_FOUND', 'RESULT_NOT_KEPT', ...RUN_ERRORS],
    async handle({ services: { runtime }, request, principal, params, query }): Promise<ApiResponse> {
      const status = await statusAfter(runtime, request, principal, params.call, query.wait ?? 0);
      if (status.state !== 'done') return runningResponse(runtime, params.call);
      const { result, outputBytes, outputKept } = status;
      if (result.status === 'success' && !outputKept) {
        const message = `The ${outputBytes} bytes that call ${params.call} answered are not kept: they were too large.`;
        throw new FaasmError('RESULT_NOT_KEPT', `${message} Store large results as state or files.`);
      }
      return resultResponse(request, result, detailedHeaders(result), true);
    },
  }),
  defineRoute({
    id: 'getCallLog',
    method: 'GET',
    path: '/v1/calls/{call}/log',
    access: 'user',
    tag: 'calls',
    summary: 'What a call wrote to its log',
    description: 'Its standard error stream; empty until it has ended.',
    responses: { 200: textAnswer('The log.', 'reading state\n') },
    errors: ['CALL_NOT_FOUND'],
    async handle({ services: { runtime }, principal, params }) {
      const status = ownStatus(runtime, principal, params.call);
      const body = status.state === 'done' ? status.result.log : '';
      return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
    },
  }),
  defineRoute({
    id: 'cancelCall',
    method: 'DELETE',
    path: '/v1/calls/{call}',
    access: 'user',
    tag: 'calls',
    summary: 'Cancel a call',
    responses: {
      200: jsonAnswer(
        'Whether it was under way.',
        { type: 'object', required: ['cancelled'], properties: { cancelled: { type: 'boolean' } } },
        { cancelled: true },
      ),
    },
    errors: ['CALL_NOT_FOUND'],
    async handle({ services: { runtime }, principal, params }) {
      ownStatus(runtime, principal, params.call);
      return jsonResponse({ cancelled: runtime.cancel(params.call) });
    },
  }),
];

/** Status of one of the principal's calls. Those of others are as unknown as those that never were. */
function ownStatus(runtime: Runtime, principal: Principal, id: number): CallStatus {
  const status = runtime.status(id);
  if (owns(principal, status.call.user)) return status;
  throw new FaasmError('CALL_NOT_FOUND', `No call with the id ${id} is known: wrong, or its result has expired.`);
}

async function statusAfter(
  runtime: Runtime,
  request: ApiRequest,
  principal: Principal,
  id: number,
  waitMs: number,
): Promise<CallStatus> {
  const status = ownStatus(runtime, principal, id);
  if (waitMs === 0 || status.state === 'done') return status;
  await runtime.wait(id, waitMs, whenGone(request));
  return runtime.status(id);
}
