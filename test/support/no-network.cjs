// Loaded into programs (NODE_OPTIONS=--require) that have to do without a network: whoever connects to anything but this
// machine ends with exit code 99.
'use strict';
const dns = require('node:dns');
const net = require('node:net');

function refuse(what) {
  process.stderr.write(`no-network: ${what}\n${new Error().stack}\n`);
  process.exit(99);
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  const [first] = args;
  const options = Array.isArray(first) ? first[0] : first;
  const host = options?.host ?? 'localhost';
  if (options?.path === undefined && !/^(localhost|127\.|::1)/.test(host)) refuse(`connect to ${host}`);
  return connect.apply(this, args);
};
const { lookup } = dns;
dns.lookup = (host, ...more) => (host === 'localhost' ? lookup(host, ...more) : refuse(`look up ${host}`));
