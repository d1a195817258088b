import type { EventBridgeEvent } from 'aws-lambda';
import type { PlatformAdapter, PlatformResponse } from '../../../src/index.ts';
import { LAMBDA_EVENT } from '../limits.ts';
import { isFields } from './fields.ts';
import { handlerError, type MessageAnswer, messageAnswer, messageRequest, messageText } from './message.ts';

/** Events of EventBridge whose detail is a Faasm message. */
export const EVENT_BRIDGE: PlatformAdapter<EventBridgeEvent<string, unknown>, MessageAnswer> = {
  name: 'event-bridge',
  capabilities: LAMBDA_EVENT,
  canHandle: (event): event is EventBridgeEvent<string, unknown> =>
    isFields(event) && 'detail-type' in event && 'source' in event,
  toRequests: (event, context) => [messageRequest(messageText(event.detail, 'The detail of the event'), context)],
  fromResponses: (_, [response]) => messageAnswer(response as PlatformResponse),
  onError(_, error) {
    throw handlerError(error);
  },
};
