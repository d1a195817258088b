import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { PlatformAdapter, PlatformResponse } from '../../../src/index.ts';
import { LAMBDA_HTTP } from '../limits.ts';
import { fieldsAt, isFields, textAt, valueAt } from './fields.ts';
import { answerBody, eventBody } from './http-body.ts';
import { answerHeaders, errorAnswer, identify, joinQuery, requestHeaders, targetPath } from './http-parts.ts';

/** Payload format 1.0: REST APIs of API Gateway, and HTTP APIs that ask for it. */
export const REST_V1: PlatformAdapter<APIGatewayProxyEvent, APIGatewayProxyResult> = {
  name: 'rest-v1',
  capabilities: LAMBDA_HTTP,
  canHandle(event): event is APIGatewayProxyEvent {
    if (!isFields(event) || event['version'] === '2.0') return false;
    const context = fieldsAt(event, 'requestContext');
    return context !== undefined && context['elb'] === undefined && 'httpMethod' in event;
  },
  toRequests(event, context) {
    return [
      {
        method: textAt(event, 'httpMethod').toUpperCase(),
        path: targetPath(textAt(event, 'path')),
        // API Gateway has decoded names and values.
        query: joinQuery(event, encodeURIComponent),
        body: eventBody(event),
        ...identify(event, requestHeaders(event, context)),
      },
    ];
  },
  fromResponses: (event, [response]) => answerOf(event, response as PlatformResponse),
  onError: (event, error) => answerOf(event, errorAnswer(error)),
};

function answerOf(event: unknown, response: PlatformResponse): APIGatewayProxyResult {
  const headers = answerHeaders(response, valueAt(event, 'httpMethod'));
  return { statusCode: response.status, headers, ...answerBody(response) };
}
