import { type AuthMode, type Config, faasmApi, type Logger, type Runtime } from '../../src/index.ts';
import { BodyBudget } from './body-budget.ts';
import { type HttpPort, openHttpPort } from './http-port.ts';

/** What {@link startServer} serves. */
export interface ServerParts {
  readonly runtime: Runtime;
  readonly log: Logger;
  readonly auth: AuthMode;
}

/** A runtime that is served on its ports: one for calls, one for uploads, both with the whole API, or one for all. */
export interface StandaloneServer {
  readonly invoke: HttpPort;
  readonly upload: HttpPort;
  /** Takes no more connections, lets the runtime finish its calls, sends their answers, and closes both ports. */
  stop(): Promise<void>;
}

/** How long clients have to take the answers of a stopped host. */
const LAST_ANSWERS_MS = 5_000;

/**
 * Serves `runtime` on the ports of `config`; on one when both settings name the same. Rejects with `BAD_REQUEST` when a
 * port cannot be had.
 */
export async function startServer(config: Config, { runtime, log, auth }: ServerParts): Promise<StandaloneServer> {
  const shared = {
    host: config.bindHost,
    bodyTimeoutMs: config.bodyTimeoutMs,
    budget: new BodyBudget(config.budgets.bodyBytes),
    localOnly: auth === 'open',
    handler: faasmApi(runtime, {
      bodies: config.maxBodyBytes,
      fileAnswerBytes: config.budgets.bodyBytes,
      auth,
      platform: `node ${process.versions.node}`,
    }),
    ...(log.debug === undefined ? {} : { log: log.debug }),
  };
  const { invokePort, uploadPort } = config;
  const invoke = await openHttpPort({ ...shared, name: 'invoke', setting: 'FAASM_INVOKE_PORT', port: invokePort });
  const upload =
    uploadPort === invokePort && uploadPort !== 0
      ? invoke
      : await openHttpPort({ ...shared, name: 'upload', setting: 'FAASM_UPLOAD_PORT', port: uploadPort }).catch(
          async (error: unknown) => {
            await invoke.close(0);
            throw error;
          },
        );
  const ports = new Set([invoke, upload]);
  return {
    invoke,
    upload,
    async stop() {
      for (const port of ports) port.stopAccepting();
      await runtime.close({ graceMs: config.graceMs });
      await Promise.all([...ports].map((port) => port.close(LAST_ANSWERS_MS)));
    },
  };
}
