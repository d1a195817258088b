import type { Principal } from '../../core/call.ts';
import { FaasmError, isFaasmError } from '../../core/errors.ts';
import { checkAdmin, owns } from '../auth.ts';
import { FAASM_TEXTS } from '../faasm-texts.ts';
import { type ApiResponse, jsonResponse, textResponse } from '../http.ts';
import { parseJsonText } from '../json-text.ts';
import { checkValue } from '../schema.ts';
import type { Services } from '../services.ts';
import { batchStatus, executeBatch, inFlight, knownStatus, messageJson } from './batch.ts';

/** Names of the planner's requests, in the order of their numbers; what is not served is not in {@link HANDLERS}. */
const NAMES = [
  'NO_TYPE',
  'RESET',
  'FLUSH_AVAILABLE_HOSTS',
  'FLUSH_EXECUTORS',
  'FLUSH_SCHEDULING_STATE',
  'GET_AVAILABLE_HOSTS',
  'GET_CONFIG',
  'GET_EXEC_GRAPH',
  'GET_IN_FLIGHT_APPS',
  '',
  'EXECUTE_BATCH',
  'EXECUTE_BATCH_STATUS',
  'PRELOAD_SCHEDULING_DECISION',
  'SET_POLICY',
  'GET_POLICY',
  'SET_NEXT_EVICTED_VM',
] as const;

type Handler = (services: Services, principal: Principal, payload: string | undefined) => Promise<ApiResponse>;

const HANDLERS: Readonly<Partial<Record<(typeof NAMES)[number], Handler>>> = {
  async RESET(services, principal) {
    checkAdmin(principal);
    services.batches.clear();
    await services.runtime.flush();
    return textResponse('Planner fully reset!');
  },
  // There is one host, which is always available.
  async FLUSH_AVAILABLE_HOSTS(_services, principal) {
    checkAdmin(principal);
    return textResponse('Flushed available hosts!');
  },
  async FLUSH_EXECUTORS({ runtime }, principal) {
    checkAdmin(principal);
    await runtime.flush();
    return textResponse('Flushed executors!');
  },
  async FLUSH_SCHEDULING_STATE({ batches }, principal) {
    checkAdmin(principal);
    batches.clear();
    return textResponse('Flushed scheduling state!');
  },
  async GET_AVAILABLE_HOSTS({ runtime }, principal) {
    checkAdmin(principal);
    const { host, threads, running, startedAt } = runtime.info();
    const registerTs = { epochMs: startedAt };
    return jsonResponse({ hosts: [{ ip: host, slots: threads, usedSlots: running, registerTs }] });
  },
  async GET_CONFIG({ runtime }, principal) {
    checkAdmin(principal);
    return jsonResponse({ ip: runtime.info().host, numThreadsHttpServer: 1 });
  },
  GET_EXEC_GRAPH: answerGraph,
  async GET_IN_FLIGHT_APPS({ runtime, batches }, principal) {
    const { host } = runtime.info();
    const apps = batches
      .list(principal.kind === 'admin' ? undefined : principal.user)
      .map((batch) => ({ appId: batch.appId, size: inFlight(runtime, batch) }))
      .filter(({ size }) => size > 0)
      .map((app) => ({ ...app, hostIps: Array.from({ length: app.size }, () => host) }));
    return jsonResponse({ apps, numMigrations: 0 });
  },
  async EXECUTE_BATCH(services, principal, payload) {
    return jsonResponse(await executeBatch(services, principal, parsePayload(payload)));
  },
  async EXECUTE_BATCH_STATUS(services, principal, payload) {
    const { appId } = checkValue(STATUS_PAYLOAD, parsePayload(payload), 'The payload');
    return jsonResponse(await batchStatus(services, principal, appId));
  },
};

const ID = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const STATUS_PAYLOAD = {
  type: 'object',
  additionalProperties: true,
  required: ['appId'],
  properties: { appId: ID },
} as const;
const GRAPH_PAYLOAD = {
  type: 'object',
  additionalProperties: true,
  required: ['id'],
  properties: { id: ID, appId: ID },
} as const;

/** Answers a request to Faasm's planner, by its number or, as its command line sends it, its name. */
export function answerPlanner(
  services: Services,
  principal: Principal,
  type: number | string,
  payload: string | undefined,
): Promise<ApiResponse> {
  const name = typeof type === 'number' ? NAMES[type] : NAMES.find((known) => known === type);
  const handler = name === undefined ? undefined : HANDLERS[name];
  if (handler === undefined) {
    const message = `The planner's request ${JSON.stringify(type)} is not served here.`;
    throw new FaasmError('NOT_SUPPORTED', message);
  }
  return handler(services, principal, payload);
}

/** The graph of one call: chained calls would be its further nodes. The id is a message's of a batch, or a call's. */
async function answerGraph(
  { runtime, batches }: Services,
  principal: Principal,
  payload: string | undefined,
): Promise<ApiResponse> {
  const { id, appId = 0 } = checkValue(GRAPH_PAYLOAD, parsePayload(payload), 'The payload');
  const message = batches.get(principal.user, appId)?.messages.find((one) => one.id === id);
  const status = knownStatus(runtime, message?.call ?? id);
  if (status === undefined || !owns(principal, status.call.user)) {
    throw new FaasmError('CALL_NOT_FOUND', FAASM_TEXTS.graph);
  }
  const { call } = status;
  const known = message ?? { id, call: id, user: call.user, function: call.function, cmdline: call.cmdline ?? '' };
  return jsonResponse({ root: { msg: await messageJson({ appId }, known, status) } });
}

function parsePayload(payload: string | undefined): unknown {
  try {
    return parseJsonText(payload ?? '');
  } catch (cause) {
    if (isFaasmError(cause)) throw cause;
    throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.payload, cause);
  }
}
