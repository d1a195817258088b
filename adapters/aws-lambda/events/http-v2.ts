import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { PlatformAdapter, PlatformResponse } from '../../../src/index.ts';
import { LAMBDA_HTTP } from '../limits.ts';
import { fieldsAt, textAt, valueAt } from './fields.ts';
import { answerBody, eventBody } from './http-body.ts';
import { answerHeaders, errorAnswer, identify, requestHeaders, targetPath } from './http-parts.ts';

/** Payload format 2.0: function URLs and HTTP APIs of API Gateway. */
export const HTTP_V2: PlatformAdapter<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> = {
  name: 'http-v2',
  capabilities: LAMBDA_HTTP,
  canHandle(event): event is APIGatewayProxyEventV2 {
    const context = fieldsAt(event, 'requestContext');
    return context !== undefined && context['elb'] === undefined && valueAt(event, 'version') === '2.0';
  },
  toRequests(event, context) {
    const headers = requestHeaders(event, context);
    // AWS takes them out of the headers.
    if (Array.isArray(event.cookies)) headers['cookie'] = event.cookies.join('; ');
    return [
      {
        method: textAt(event, 'requestContext.http.method').toUpperCase(),
        path: targetPath(withoutStage(textAt(event, 'rawPath'), valueAt(event, 'requestContext.stage'))),
        query: textAt(event, 'rawQueryString'),
        body: eventBody(event),
        ...identify(event, headers),
      },
    ];
  },
  fromResponses: (event, [response]) => answerOf(event, response as PlatformResponse),
  onError: (event, error) => answerOf(event, errorAnswer(error)),
};

function answerOf(event: unknown, response: PlatformResponse): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: response.status,
    headers: answerHeaders(response, valueAt(event, 'requestContext.http.method')),
    ...answerBody(response),
  };
}

/** HTTP APIs put the name of a stage in front of the path, unless it is the default one. */
function withoutStage(path: string, stage: unknown): string {
  if (typeof stage !== 'string' || stage === '$default') return path;
  return path === `/${stage}` || path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) || '/' : path;
}
