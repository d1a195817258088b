import type { PlatformAdapter, PlatformResponse } from '../../../src/index.ts';
import { LAMBDA } from '../limits.ts';
import { type Fields, isFields } from './fields.ts';
import { handlerError, type MessageAnswer, messageAnswer, messageRequest, messageText } from './message.ts';

/** Fields of Faasm's message; an event that has one of them is meant to be one. */
const OWN_FIELDS = ['user', 'function', 'input_data', 'input_data_base64', 'status', 'flush', 'http_type'];
/** Fields that only events of other kinds have. */
const OTHER_FIELDS = ['Records', 'requestContext', 'detail-type', 'target'];

/** Invocations of the Lambda function itself, with a Faasm message as the payload. Counterpart of Faasm's dispatch. */
export const DIRECT: PlatformAdapter<Fields, MessageAnswer> = {
  name: 'direct',
  capabilities: LAMBDA,
  canHandle(event): event is Fields {
    if (!isFields(event) || OTHER_FIELDS.some((name) => name in event)) return false;
    return OWN_FIELDS.some((name) => name in event);
  },
  toRequests: (event, context) => [messageRequest(messageText(event, 'The event'), context)],
  fromResponses: (_, [response]) => messageAnswer(response as PlatformResponse),
  onError(_, error) {
    throw handlerError(error);
  },
};
