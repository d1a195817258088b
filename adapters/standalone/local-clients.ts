import type { IncomingMessage } from 'node:http';

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Why a request is none of a local client, undefined when it is. Listening on loopback keeps other machines out, but
 * not the web pages in a browser on this one: they send an `Origin`, or, with a DNS name that they point to 127.0.0.1,
 * a `Host` that is not ours.
 */
export function foreignReason(incoming: IncomingMessage): string | undefined {
  const { host, origin } = incoming.headers;
  if (host !== undefined && !LOOPBACK.test(host)) {
    return `Host ${JSON.stringify(host)} is not this machine: without tokens only local clients are served; send Host: localhost.`;
  }
  if (origin !== undefined && !LOOPBACK.test(origin.replace(/^https?:\/\//i, ''))) {
    return `Requests of web pages (Origin ${JSON.stringify(origin)}) are refused: this host asks for no tokens.`;
  }
  return undefined;
}
