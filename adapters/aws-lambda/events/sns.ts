import type { SNSEvent } from 'aws-lambda';
import type { PlatformAdapter } from '../../../src/index.ts';
import { LAMBDA_EVENT } from '../limits.ts';
import { recordSource, recordsOf, textAt } from './fields.ts';
import { handlerError, type MessageAnswer, messageAnswer, messageRequest } from './message.ts';

/** Notifications of a topic with a Faasm message each. */
export const SNS: PlatformAdapter<SNSEvent, readonly MessageAnswer[]> = {
  name: 'sns',
  capabilities: LAMBDA_EVENT,
  canHandle: (event): event is SNSEvent => recordSource(event) === 'aws:sns',
  toRequests: (event, context) =>
    recordsOf(event).map((record) => messageRequest(textAt(record, 'Sns.Message'), context)),
  fromResponses: (_, responses) => responses.map(messageAnswer),
  onError(_, error) {
    throw handlerError(error);
  },
};
