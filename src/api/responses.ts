import type { JsonSchema } from './schema.ts';

/** An answer in the description. */
export interface ResponseSpec {
  readonly description: string;
  /** By content type; absent: no body. */
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema; readonly example?: unknown }>>;
  /** Headers worth knowing, and what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer of JSON. */
export function jsonAnswer(description: string, schema: JsonSchema, example?: unknown): ResponseSpec {
  return { description, content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } } };
}

/** An answer of text. */
export function textAnswer(description: string, example?: string): ResponseSpec {
  const media = { schema: { type: 'string' } as const, ...(example === undefined ? {} : { example }) };
  return { description, content: { 'text/plain': media } };
}

/** Bytes, as generators of clients know them: OpenAPI 3.1 would take no schema at all, and many clients send JSON then. */
export const BINARY = { schema: { type: 'string', format: 'binary' } } as const;

/** Content of bytes. */
export const BYTES = { 'application/octet-stream': BINARY } as const;

/** An answer of bytes. */
export function bytesAnswer(description: string, contentType = 'application/octet-stream'): ResponseSpec {
  return { description, content: { [contentType]: BINARY } };
}
