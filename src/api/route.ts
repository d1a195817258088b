import type { Principal } from '../core/call.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { BodySpec, BodyValue } from './body.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import type { Fields, FieldValues, PathParameterName } from './parameters.ts';
import type { ResponseSpec } from './responses.ts';
import type { Services } from './services.ts';

/**
 * Who may use a route. `public`: everybody. `user`: whoever has a token; where the path names a user, that user and
 * administrators only; where it does not, the handler limits what it shows to the principal's own. `admin`:
 * administrators.
 */
export type Access = 'public' | 'user' | 'admin';

/** Chapters of the description. */
export type Tag = 'calls' | 'functions' | 'state' | 'files' | 'tokens' | 'host' | 'faasm';

export type Method = 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';

/** The values of a path's parameters. */
type PathValues<P extends string> = {
  readonly [N in ParameterNames<P> as N extends `${infer Rest}...` ? Rest : N]: N extends 'call' ? number : string;
};

type ParameterNames<P extends string> = P extends `${string}{${infer N}}${infer R}` ? N | ParameterNames<R> : never;

/** What a handler knows: the request is allowed, and everything in it has been checked. */
export interface RouteContext<P, Q, B> {
  readonly services: Services;
  readonly request: ApiRequest;
  readonly principal: Principal;
  readonly params: P;
  readonly query: Q;
  /** Undefined when the route takes none; bytes are the handler's. */
  readonly body: B;
}

/** One row of the route table: what is enforced, what is described, and what answers. */
export interface RouteSpec<P extends string, Q extends Fields, B extends BodySpec | undefined> {
  /** `operationId` of the description: unique, and the method's name in generated clients. */
  readonly id: string;
  readonly method: Method;
  /** Segments, of which `{name}` is a parameter and `{name...}` takes the rest of the path. */
  readonly path: P;
  readonly access: Access;
  /** Users whose things everybody may reach by this route. */
  readonly openUsers?: readonly string[];
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly query?: Q;
  /** For the description; handlers read headers with `readHeader` and the same schemas. */
  readonly headers?: Fields;
  readonly body?: B;
  /** Answers that are no errors, by status. */
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Codes besides those that every route of its kind may answer. */
  readonly errors?: readonly ErrorCode[];
  handle(context: RouteContext<PathValues<P>, FieldValues<Q>, BodyValue<B>>): Promise<ApiResponse>;
}

/** A row of the table, whatever its parameters. */
export interface Route extends Omit<RouteSpec<string, Fields, BodySpec | undefined>, 'handle'> {
  handle(
    context: RouteContext<Readonly<Record<string, string | number>>, Readonly<Record<string, unknown>>, unknown>,
  ): Promise<ApiResponse>;
}

/** Declares a route, so that its handler gets the types that its path, query and body declare. */
export function defineRoute<
  const P extends string,
  const Q extends Fields = Readonly<Record<never, never>>,
  const B extends BodySpec | undefined = undefined,
>(spec: RouteSpec<P, Q, B>): Route {
  return spec as unknown as Route;
}

/** Whether `path` is one whose queries and bodies are checked strictly and whose errors are always JSON. */
export function isVersioned(path: string): boolean {
  return path.startsWith('/v1/');
}

/** A parameter in a path: its name, and whether it takes the rest. */
export function pathParameter(segment: string): { name: PathParameterName; rest: boolean } | undefined {
  if (!segment.startsWith('{')) return undefined;
  const rest = segment.endsWith('...}');
  return { name: segment.slice(1, rest ? -4 : -1) as PathParameterName, rest };
}
