import { FaasmError } from './errors.ts';

/** A server's address. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is and how it is spoken to. */
export interface RedisPlace {
  /** `path`: of a unix socket. */
  readonly kind: 'server' | 'path' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or servers of the cluster; none for a socket. */
  readonly addresses: readonly RedisAddress[];
  readonly path: string;
  /** What the sentinels call the server. */
  readonly masterName: string;
  readonly tls: boolean;
  /** Number of the database; always 0 in a cluster. */
  readonly database: number;
  readonly username?: string;
  readonly password?: string;
  /** The address as people may see it: without user and password. */
  readonly shown: string;
}

interface Scheme {
  readonly kind: RedisPlace['kind'];
  readonly tls: boolean;
  readonly port: number;
}

const SCHEMES: Readonly<Record<string, Scheme>> = {
  redis: { kind: 'server', tls: false, port: 6379 },
  rediss: { kind: 'server', tls: true, port: 6379 },
  unix: { kind: 'path', tls: false, port: 0 },
  'redis-sentinel': { kind: 'sentinel', tls: false, port: 26_379 },
  'rediss-sentinel': { kind: 'sentinel', tls: true, port: 26_379 },
  'redis-cluster': { kind: 'cluster', tls: false, port: 6379 },
  'rediss-cluster': { kind: 'cluster', tls: true, port: 6379 },
};
const URL_PARTS = /^([a-z-]+):\/\/(?:([^@/]*)@)?([^/@]*)(\/[^?#]*)?$/;
const ADDRESS = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/;

/** What is accepted, to complete "use …". */
export const REDIS_URL_FORMS =
  'redis://[user:password@]host[:port][/database], rediss:// for TLS, unix:///path, redis-sentinel://host,host/name or ' +
  'redis-cluster://host,host';

/** The place that `url` names; undefined where it is none of {@link REDIS_URL_FORMS}. */
export function parseRedisUrl(url: string): RedisPlace | undefined {
  const [, scheme = '', login = '', hosts = '', path = ''] = URL_PARTS.exec(url) ?? [];
  const form = SCHEMES[scheme];
  if (form === undefined) return undefined;
  const { kind, tls } = form;
  const addresses = hosts === '' ? [] : hosts.split(',').map((host) => addressOf(host, form.port));
  const credentials = credentialsOf(login);
  if (addresses.includes(undefined) || credentials === undefined) return undefined;
  const rest = path.slice(1);
  const proper = {
    server: addresses.length === 1 && /^\d{0,4}$/.test(rest),
    path: addresses.length === 0 && path.length > 1,
    sentinel: addresses.length > 0 && /^[A-Za-z0-9._-]+$/.test(rest),
    cluster: addresses.length > 0 && rest === '',
  }[kind];
  if (!proper) return undefined;
  return {
    kind,
    tls,
    addresses: addresses as RedisAddress[],
    path: kind === 'path' ? path : '',
    masterName: kind === 'sentinel' ? rest : '',
    database: kind === 'server' ? Number(rest) : 0,
    ...credentials,
    shown: `${scheme}://${hosts}${path}`,
  };
}

/** As {@link parseRedisUrl}; throws `BAD_REQUEST`, without the URL, which may hold a password. */
export function redisPlace(url: string): RedisPlace {
  const place = parseRedisUrl(url);
  if (place !== undefined) return place;
  throw new FaasmError('BAD_REQUEST', `The address of Redis is not accepted: use ${REDIS_URL_FORMS}.`);
}

function addressOf(text: string, standardPort: number): RedisAddress | undefined {
  const [, host = '', port] = ADDRESS.exec(text) ?? [];
  const number = port === undefined ? standardPort : Number(port);
  if (host === '' || number < 1 || number > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: number };
}

function credentialsOf(login: string): { readonly username?: string; readonly password?: string } | undefined {
  if (login === '') return {};
  try {
    const colon = login.indexOf(':');
    const username = decodeURIComponent(colon < 0 ? login : login.slice(0, colon));
    const password = decodeURIComponent(colon < 0 ? '' : login.slice(colon + 1));
    return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
  } catch {
    return undefined;
  }
}
