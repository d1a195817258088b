import { createServer } from 'node:net';
import type { Config } from '../../config.ts';
import type { Principal } from '../../core/call.ts';
import { CliError } from '../cli-error.ts';
import type { Cli, HostProbe } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Whether a host that starts here gets the native memory layer. */
export function checkLayer({ layer, layerReason }: HostProbe): Finding {
  if (layer === 'native') return ok('memory layer', 'native');
  if (layer === undefined) return warn('memory layer', 'not known, because the host did not start', 'See the store.');
  return warn(
    'memory layer',
    `portable: ${layerReason ?? 'FAASM_LAYER asks for it'}`,
    'State is copied instead of mapped. npm run build:native builds the native layer (it needs gcc).',
  );
}

/** Whether the store can be reached and written. */
export function checkStore({ store, error }: HostProbe): Finding {
  if (error === undefined) return ok('store', `${store ?? ''} can be written and read`);
  const advice = error.code.startsWith('STORE_')
    ? 'Check FAASM_STORE_DIR, or the FAASM_S3_* settings and the AWS credentials.'
    : 'faasm config shows the settings.';
  return fail('store', `${error.code}: ${error.message}`, advice);
}

/** Whether `faasm up` can have the ports of `config`. A host that already listens there is fine. */
export async function checkPorts(cli: Cli, config: Config): Promise<Finding> {
  const { bindHost, invokePort, uploadPort } = config;
  const ports = [...new Set([invokePort, uploadPort])];
  const states = await Promise.all(ports.map(async (port) => ({ port, error: await portError(bindHost, port) })));
  const busy = states.filter(({ error }) => error !== undefined);
  if (busy.length === 0) return ok('ports', `${ports.join(' and ')} at ${bindHost} are free`);
  const names = busy.map(({ port, error }) => `${port} (${error})`).join(', ');
  if (await answersAsHost(cli, bindHost, invokePort)) return ok('ports', `${names}: a Faasm host listens`);
  return warn(
    'ports',
    `${names} at ${bindHost} cannot be had`,
    'faasm up --port 9080 --upload-port 9080 takes others.',
  );
}

/** Why a port cannot be opened, undefined when it can. */
function portError(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => done(undefined)));
  });
}

const ANSWER_MS = 2_000;

async function answersAsHost(cli: Cli, host: string, port: number): Promise<boolean> {
  const name = host.includes(':') ? `[${host}]` : host;
  return await cli.fetch(`http://${name}:${port}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
    async (response) => (await response.text()).trim() === 'ok',
    () => false,
  );
}

/** Whether the host of FAASM_HOST answers, and accepts the token. */
export async function checkConnection(cli: Cli): Promise<Finding> {
  const { host, hasToken } = cli.client;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { kind, user } = await cli.client.json<Principal>('GET', '/v1/whoami', { signal });
    const who = kind === 'admin' ? 'an administrator' : `the user ${user}`;
    return ok('host', `${host} answers; you are ${who}${hasToken ? '' : ', without a token'}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const { message, exit, advice } = error;
    // No host is no illness: this may be the machine where one is to be started.
    if (exit === EXIT.unreachable) return warn('host', message, advice.hint ?? 'faasm up starts one.');
    return fail('host', message, advice.hint ?? 'Check FAASM_HOST and FAASM_TOKEN.');
  }
}
