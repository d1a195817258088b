import type { Principal } from '../../core/call.ts';
import { FaasmError, isFaasmError } from '../../core/errors.ts';
import type { CallStatus, Runtime } from '../../core/ports.ts';
import { checkUser } from '../auth.ts';
import { errorText } from '../error-response.ts';
import { FAASM_TEXTS } from '../faasm-texts.ts';
import { type Checked, checkValue } from '../schema.ts';
import type { Services } from '../services.ts';
import type { Batch, BatchMessage } from './batch-table.ts';
import { BATCH_MESSAGE, callFields, fromBase64 } from './message.ts';

const MAX_MESSAGES = 10_000;

const BATCH_REQUEST = {
  type: 'object',
  additionalProperties: true,
  properties: {
    appId: { type: 'integer', minimum: 0 },
    user: { type: 'string' },
    function: { type: 'string' },
    messages: { type: 'array', maxItems: MAX_MESSAGES, items: BATCH_MESSAGE },
  },
} as const;

type BatchRequest = Checked<typeof BATCH_REQUEST>;
type RequestedMessage = NonNullable<BatchRequest['messages']>[number];

/** Faasm's `BatchExecuteRequestStatus`. */
interface BatchStatus {
  readonly appId: number;
  readonly finished: boolean;
  readonly messageResults: readonly object[];
  readonly expectedNumMessages: number;
}

/**
 * Starts all messages of a `BatchExecuteRequest`, or none. Throws `BAD_REQUEST`, `FORBIDDEN`, and what `start` throws;
 * where there is no room, the words that Faasm's clients wait and try again for.
 */
export async function executeBatch(services: Services, principal: Principal, payload: unknown): Promise<BatchStatus> {
  const request = checkValue(BATCH_REQUEST, payload, 'The payload');
  const calls = requestedCalls(request, principal);
  const appId = request.appId || randomId();
  const started: BatchMessage[] = [];
  try {
    for (const { message, input, ...call } of calls) {
      const asked = { principal, ...call, input, detached: true };
      const running = await services.runtime.start(asked);
      started.push({ cmdline: '', ...call, id: message.id || randomId(), call: running.id });
    }
  } catch (error) {
    for (const { call } of started) services.runtime.cancel(call);
    if (isFaasmError(error) && (error.code === 'QUEUE_FULL' || error.code === 'CONCURRENCY_LIMIT')) {
      throw new FaasmError(error.code, FAASM_TEXTS.noRoom, error);
    }
    throw error;
  }
  const batch = services.batches.add({ owner: principal.user, appId, messages: started });
  return { appId, finished: false, messageResults: [], expectedNumMessages: batch.messages.length };
}

/** How far a batch of `principal` is. Throws `CALL_NOT_FOUND` in Faasm's words. */
export async function batchStatus(services: Services, principal: Principal, appId: number): Promise<BatchStatus> {
  const batch = services.batches.get(principal.user, appId);
  if (batch === undefined) throw new FaasmError('CALL_NOT_FOUND', FAASM_TEXTS.app);
  const messageResults: object[] = [];
  for (const message of batch.messages) {
    const status = knownStatus(services.runtime, message.call);
    if (status === undefined) throw new FaasmError('CALL_NOT_FOUND', FAASM_TEXTS.app);
    if (status.state === 'done') messageResults.push(await messageJson(batch, message, status));
  }
  const expectedNumMessages = batch.messages.length;
  return { appId, finished: messageResults.length === expectedNumMessages, messageResults, expectedNumMessages };
}

/** Whether calls of a batch are under way. */
export function inFlight(runtime: Runtime, batch: Batch): number {
  return batch.messages.filter(({ call }) => (knownStatus(runtime, call)?.state ?? 'done') !== 'done').length;
}

/** Faasm's `Message` of a call, with its result if it has ended. */
export async function messageJson(
  batch: Pick<Batch, 'appId'>,
  message: BatchMessage,
  status: CallStatus,
): Promise<object> {
  const { id, user, cmdline } = message;
  const asked = { id, appId: batch.appId, user, function: message.function, cmdline };
  if (status.state !== 'done') return { ...asked, start_ts: status.submittedAt };
  const { error, output, returnValue, times, placement } = status.result;
  const failed = error !== undefined;
  return {
    ...asked,
    output_data: failed ? errorText(error, returnValue) : new TextDecoder().decode(await output.bytes()),
    returnValue: returnValue ?? (failed ? 1 : 0),
    start_ts: times.submittedAt,
    finish_ts: Math.round(times.submittedAt + times.queuedMs + times.initMs + times.runMs),
    executedHost: placement.host,
  };
}

/** What is known of a call; undefined when it is not known any more. */
export function knownStatus(runtime: Runtime, call: number): CallStatus | undefined {
  try {
    return runtime.status(call);
  } catch (error) {
    if (isFaasmError(error) && error.code === 'CALL_NOT_FOUND') return undefined;
    throw error;
  }
}

interface RequestedCall {
  readonly message: RequestedMessage;
  readonly user: string;
  readonly function: string;
  readonly cmdline?: string;
  readonly input: Uint8Array;
}

/** All of a batch is checked before any of it runs. */
function requestedCalls(request: BatchRequest, principal: Principal): readonly RequestedCall[] {
  const { appId, user, messages = [] } = request;
  if (messages.length === 0) throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.batch);
  return messages.map((message) => {
    const call = callFields({
      ...message,
      user: message.user || user || '',
      function: message.function || request.function || '',
    });
    const ofBatch = (user ?? call.user) === call.user && (message.appId || appId) === appId;
    if (!ofBatch) throw new FaasmError('BAD_REQUEST', FAASM_TEXTS.batch);
    checkUser(principal, call.user);
    return { message, ...call, input: fromBase64(message.input_data ?? '', 'input_data') };
  });
}

/** As Faasm's ids are: positive and 31 bits long. */
function randomId(): number {
  const [bits = 1] = globalThis.crypto.getRandomValues(new Uint32Array(1));
  return bits >>> 1 || 1;
}
