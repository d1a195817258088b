import type { FaasmError, PlatformContext, PlatformRequest, PlatformResponse } from '../../../src/index.ts';
import { fieldsAt, valueAt } from './fields.ts';

/** Characters that a request target cannot hold: services that decode paths leave them in. */
const NOT_IN_TARGET = /[^\x21-\x7e]|["<>\\^`{|}#?]/gu;

/** `path` as request targets have it; what is percent-encoded stays as it is. */
export function targetPath(path: string): string {
  const encoded = path.toWellFormed().replace(NOT_IN_TARGET, encodeURIComponent);
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

/** Headers of a request by names in lower case, values of the same name joined; with the trace context of the event. */
export function requestHeaders(event: unknown, { traceparent }: PlatformContext): Record<string, string> {
  const headers: Record<string, string> = traceparent === undefined ? {} : { traceparent };
  for (const field of ['headers', 'multiValueHeaders']) {
    for (const [name, value] of Object.entries(fieldsAt(event, field) ?? {})) {
      if (typeof value === 'string') headers[name.toLowerCase()] = value;
      else if (Array.isArray(value)) headers[name.toLowerCase()] = value.join(', ');
    }
  }
  return headers;
}

/** Headers of an answer without those that describe its transfer, which AWS sets. HEAD keeps the length. */
export function answerHeaders({ headers }: Pick<PlatformResponse, 'headers'>, method: unknown): Record<string, string> {
  const { 'content-length': length, 'transfer-encoding': _, ...rest } = headers;
  return length === undefined || method !== 'HEAD' ? rest : { ...rest, 'content-length': length };
}

/** The query of events that give its parameters apart: `name=value&…` with each value of each name. */
export function joinQuery(event: unknown, encode: (text: string) => string): string {
  const single = Object.entries(fieldsAt(event, 'queryStringParameters') ?? {});
  const multiple = fieldsAt(event, 'multiValueQueryStringParameters');
  const entries = multiple === undefined ? single : Object.entries(multiple);
  return entries
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one ?? ''] as const))
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join('&');
}

/** The answer to an event that is no request: as the API answers errors, in JSON. */
export function errorAnswer({ code, status, message }: FaasmError): PlatformResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-faasm-error': code },
    body: Buffer.from(JSON.stringify({ code, message })),
  };
}

/**
 * Whose request it is. AWS fills in who has signed it only when it has checked the signature and the caller's rights:
 * then no token is needed, and the header with the signature says nothing to us. A token counts in any case.
 */
export function identify(
  event: unknown,
  headers: Readonly<Record<string, string>>,
): Pick<PlatformRequest, 'headers' | 'trusted'> {
  const signed =
    fieldsAt(event, 'requestContext.authorizer.iam') !== undefined ||
    typeof valueAt(event, 'requestContext.identity.userArn') === 'string';
  const { authorization, ...rest } = headers;
  if (!signed || /^bearer /i.test(authorization ?? '')) return { headers, trusted: false };
  return { headers: rest, trusted: true };
}
