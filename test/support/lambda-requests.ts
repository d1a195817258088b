/** HTTP services in front of a Lambda function: what they make of requests, and requests of its answers. */
export type LambdaFront = 'function-url' | 'rest-api' | 'alb' | 'alb-multi-value';

export const LAMBDA_FRONTS: readonly LambdaFront[] = ['function-url', 'rest-api', 'alb', 'alb-multi-value'];

/** An answer of a handler to an HTTP event. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** The event that `front` makes of a request. */
export async function eventOf(front: LambdaFront, request: Request): Promise<object> {
  const url = new URL(request.url);
  const bytes = Buffer.from(await request.arrayBuffer());
  const text = isText(request) ? bytes.toString('utf8') : bytes.toString('base64');
  const body = bytes.length === 0 ? null : text;
  const shared = { body, isBase64Encoded: body !== null && !isText(request) };
  const headers = Object.fromEntries(request.headers);
  const lists = Object.fromEntries([...request.headers].map(([name, value]) => [name, [value]]));
  if (front === 'function-url') return { ...functionUrl(request, url), headers, ...shared };
  const target = { httpMethod: request.method, path: url.pathname, ...shared };
  if (front === 'rest-api') {
    const { single, multiple } = parameters([...url.searchParams]);
    return {
      ...target,
      resource: '/{proxy+}',
      headers,
      multiValueHeaders: lists,
      queryStringParameters: single,
      multiValueQueryStringParameters: multiple,
      pathParameters: { proxy: url.pathname.slice(1) },
      stageVariables: null,
      requestContext: { stage: 'prod', path: `/prod${url.pathname}`, identity: { userArn: null }, requestId: 'r-1' },
    };
  }
  const raw = url.search === '' ? [] : url.search.slice(1).split('&');
  const { single, multiple } = parameters(raw.map((pair) => split(pair)));
  const requestContext = {
    elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/f/1' },
  };
  if (front === 'alb') return { ...target, requestContext, headers, queryStringParameters: single ?? {} };
  return { ...target, requestContext, multiValueHeaders: lists, multiValueQueryStringParameters: multiple ?? {} };
}

/** The response that a client gets of an answer. */
export function responseOf(answer: HttpAnswer): Response {
  const { statusCode, headers = {}, multiValueHeaders = {}, body = '', isBase64Encoded = false } = answer;
  const single = Object.entries(headers);
  const multiple = Object.entries(multiValueHeaders).flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return new Response(bytes.length === 0 ? null : bytes, { status: statusCode, headers: [...single, ...multiple] });
}

/** What a streamed answer begins with, and its body. Throws where there is no head. */
export function streamedResponse(payload: Buffer): Response {
  const end = payload.indexOf(Buffer.alloc(8));
  if (end < 0) throw new Error('The streamed answer has no head');
  const { statusCode, headers } = JSON.parse(payload.toString('utf8', 0, end)) as HttpAnswer;
  const body = payload.subarray(end + 8);
  return new Response(body.length === 0 ? null : Buffer.from(body), { status: statusCode, headers: { ...headers } });
}

function functionUrl(request: Request, url: URL): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abcdefghijklmnop',
      domainName: 'abcdefghijklmnop.lambda-url.eu-central-1.on.aws',
      http: { method: request.method, path: url.pathname, protocol: 'HTTP/1.1', sourceIp: '203.0.113.9' },
      requestId: 'r-1',
      routeKey: '$default',
      stage: '$default',
      timeEpoch: 1_795_000_000_000,
    },
  };
}

function parameters(pairs: readonly (readonly [string, string])[]): {
  single: Record<string, string> | null;
  multiple: Record<string, string[]> | null;
} {
  if (pairs.length === 0) return { single: null, multiple: null };
  const multiple: Record<string, string[]> = {};
  for (const [name, value] of pairs) multiple[name] = [...(multiple[name] ?? []), value];
  return { single: Object.fromEntries(pairs), multiple };
}

function split(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** What services pass as text; everything else is base64. */
function isText(request: Request): boolean {
  return /^(?:text\/|application\/json)/.test(request.headers.get('content-type') ?? '');
}
