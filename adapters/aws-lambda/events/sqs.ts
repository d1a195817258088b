import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { PlatformAdapter } from '../../../src/index.ts';
import { LAMBDA } from '../limits.ts';
import { recordSource, recordsOf, textAt } from './fields.ts';
import { failed, handlerError, messageRequest } from './message.ts';

/**
 * Batches of a queue, each message with a Faasm message as its body. Messages whose calls fail are named, so that only
 * they are sent again; of a FIFO queue those after them, too, so that none overtakes another.
 */
export const SQS: PlatformAdapter<SQSEvent, SQSBatchResponse> = {
  name: 'sqs',
  capabilities: LAMBDA,
  canHandle: (event): event is SQSEvent => recordSource(event) === 'aws:sqs',
  inOrder: (event) => event.Records.some(({ eventSourceARN }) => String(eventSourceARN).endsWith('.fifo')),
  toRequests(event, context) {
    return recordsOf(event).map((record, index) => {
      // Without it nobody could say which message has failed.
      textAt(record, 'messageId');
      return messageRequest(textAt(event.Records[index], 'body'), context);
    });
  },
  fromResponses(event, responses) {
    const batchItemFailures = event.Records.filter((_, index) => {
      const response = responses[index];
      return response === undefined || failed(response);
    }).map(({ messageId }) => ({ itemIdentifier: messageId }));
    return { batchItemFailures };
  },
  onError(_, error) {
    throw handlerError(error);
  },
};
