import type { PathParameterName } from './parameters.ts';
import { type Method, pathParameter, type Route } from './route.ts';

/** The routes of one path. */
export interface PathRoutes {
  /** The path as the table has it, such as `/f/{user}/{function}`. */
  readonly pattern: string;
  /** Names of the path's parameters, in their order. */
  readonly names: readonly PathParameterName[];
  readonly byMethod: ReadonlyMap<string, Route>;
  /** Value of the header `Allow`. */
  readonly allow: string;
}

/** Where a path leads: its routes and, as they stand in it, the values of its parameters. */
export interface Match {
  readonly routes: PathRoutes;
  readonly parameters: readonly string[];
}

interface Node {
  readonly literals: Map<string, Node>;
  /** A segment of any value, and any rest of the path. */
  parameter?: Node;
  rest?: Node;
  readonly byMethod: Map<string, Route>;
  pattern: string;
  names: readonly PathParameterName[];
  allow: string;
}

const METHODS: readonly Method[] = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'];

/**
 * Finds the routes of a path in a tree of segments: the time a request takes does not grow with the number of routes.
 * A literal segment takes precedence over a parameter, without looking back.
 */
export class Router {
  readonly #root = newNode();
  /** Paths without parameters, found at once. */
  readonly #fixed = new Map<string, Match>();

  /** Throws when two routes are the same. */
  constructor(routes: readonly Route[]) {
    for (const route of routes) this.#add(route);
  }

  /** Where `path`, percent-encoded as sent, leads; undefined: nowhere. */
  find(path: string): Match | undefined {
    return this.#fixed.get(path) ?? this.#walk(path);
  }

  #walk(path: string): Match | undefined {
    if (!path.startsWith('/')) return undefined;
    const parameters: string[] = [];
    let node: Node | undefined = this.#root;
    for (let start = 1; node !== undefined; ) {
      const slash = path.indexOf('/', start);
      const segment = slash < 0 ? path.slice(start) : path.slice(start, slash);
      const literal = node.literals.get(segment);
      if (literal !== undefined) node = literal;
      else if (node.rest !== undefined) return { routes: node.rest, parameters: [...parameters, path.slice(start)] };
      else {
        parameters.push(segment);
        node = node.parameter;
      }
      if (slash < 0) return node === undefined || node.byMethod.size === 0 ? undefined : { routes: node, parameters };
      start = slash + 1;
    }
    return undefined;
  }

  #add(route: Route): void {
    let node = this.#root;
    const names: PathParameterName[] = [];
    for (const segment of route.path.slice(1).split('/')) {
      const parameter = pathParameter(segment);
      if (parameter !== undefined) names.push(parameter.name);
      node = parameter === undefined ? child(node, segment) : parameterNode(node, parameter.rest);
    }
    if (node.byMethod.has(route.method)) throw new Error(`There are two routes ${route.method} ${route.path}`);
    node.byMethod.set(route.method, route);
    // What answers GET answers HEAD: the same, without the body.
    if (route.method === 'GET') node.byMethod.set('HEAD', route);
    node.allow = allowed(node.byMethod);
    node.pattern = route.path;
    node.names = names;
    if (names.length === 0) this.#fixed.set(route.path, { routes: node, parameters: [] });
  }
}

function child(node: Node, segment: string): Node {
  const next = node.literals.get(segment) ?? newNode();
  node.literals.set(segment, next);
  return next;
}

function parameterNode(node: Node, rest: boolean): Node {
  if (rest) {
    node.rest ??= newNode();
    return node.rest;
  }
  node.parameter ??= newNode();
  return node.parameter;
}

function newNode(): Node {
  return { literals: new Map(), byMethod: new Map(), pattern: '', names: [], allow: '' };
}

function allowed(byMethod: ReadonlyMap<string, Route>): string {
  const methods = METHODS.filter((method) => byMethod.has(method));
  return [...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');
}
