import { type Config, invokeApi, type Logger, type Runtime, uploadApi } from '../../src/index.ts';
import { BodyBudget } from './body-budget.ts';
import { type HttpPort, openHttpPort } from './http-port.ts';

/** A runtime that is served on its two ports. */
export interface StandaloneServer {
  readonly invoke: HttpPort;
  readonly upload: HttpPort;
  /** Takes no more connections, lets the runtime finish its calls, sends their answers, and closes both ports. */
  stop(): Promise<void>;
}

/** How long clients have to take the answers of a stopped host. */
const LAST_ANSWERS_MS = 5_000;

/** Serves `runtime` on the ports of `config`. Rejects with `BAD_REQUEST` when a port cannot be had. */
export async function startServer(config: Config, runtime: Runtime, log: Logger): Promise<StandaloneServer> {
  const { maxBodyBytes, bindHost: host, bodyTimeoutMs } = config;
  const budget = new BodyBudget(config.budgets.bodyBytes);
  const shared = { host, bodyTimeoutMs, budget, ...(log.debug === undefined ? {} : { log: log.debug }) };
  const invoke = await openHttpPort({
    ...shared,
    name: 'invoke',
    setting: 'FAASM_INVOKE_PORT',
    port: config.invokePort,
    handler: invokeApi(runtime, { maxInvokeBytes: maxBodyBytes.invoke }),
  });
  const upload = await openHttpPort({
    ...shared,
    name: 'upload',
    setting: 'FAASM_UPLOAD_PORT',
    port: config.uploadPort,
    handler: uploadApi(runtime, { maxUploadBytes: maxBodyBytes.upload, maxStateBytes: maxBodyBytes.state }),
  }).catch(async (error: unknown) => {
    await invoke.close(0);
    throw error;
  });
  const ports = [invoke, upload];
  return {
    invoke,
    upload,
    async stop() {
      for (const port of ports) port.stopAccepting();
      await runtime.close({ graceMs: config.graceMs });
      await Promise.all(ports.map((port) => port.close(LAST_ANSWERS_MS)));
    },
  };
}
