import { STATUS_CODES } from 'node:http';
import type { ALBEvent, ALBResult } from 'aws-lambda';
import type { PlatformAdapter, PlatformResponse } from '../../../src/index.ts';
import { LAMBDA_ALB } from '../limits.ts';
import { fieldsAt, textAt, valueAt } from './fields.ts';
import { answerBody, eventBody } from './http-body.ts';
import { answerHeaders, errorAnswer, joinQuery, requestHeaders, targetPath } from './http-parts.ts';

/** Application load balancers, with and without multi-value headers. */
export const ALB: PlatformAdapter<ALBEvent, ALBResult> = {
  name: 'alb',
  capabilities: LAMBDA_ALB,
  canHandle: (event): event is ALBEvent => fieldsAt(event, 'requestContext.elb') !== undefined,
  toRequests(event, context) {
    return [
      {
        method: textAt(event, 'httpMethod').toUpperCase(),
        path: targetPath(textAt(event, 'path')),
        // The load balancer passes parameters as they were sent.
        query: joinQuery(event, (text) => text),
        headers: requestHeaders(event, context),
        body: eventBody(event),
        trusted: false,
      },
    ];
  },
  fromResponses: (event, [response]) => answerOf(event, response as PlatformResponse),
  onError: (event, error) => answerOf(event, errorAnswer(error)),
};

function answerOf(event: ALBEvent, response: PlatformResponse): ALBResult {
  const { status } = response;
  const headers = answerHeaders(response, valueAt(event, 'httpMethod'));
  const described = { statusCode: status, statusDescription: `${status} ${STATUS_CODES[status] ?? 'Error'}` };
  // A target group that sends lists takes lists only, and the other way round.
  if (fieldsAt(event, 'multiValueHeaders') === undefined) return { ...described, headers, ...answerBody(response) };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return { ...described, multiValueHeaders, ...answerBody(response) };
}
