import {
  type AuthMode,
  type Config,
  createRuntime,
  exitAtOnce,
  type LayerName,
  type Logger,
  loadConfig,
  type Runtime,
  toFaasmError,
  unknownVariables,
} from '../../src/index.ts';
import { admissionOf } from './admission.ts';
import { openLog } from './log.ts';
import { type StandaloneServer, startServer } from './server.ts';

/** Exit codes of the server process. */
export const EXIT = { stopped: 0, startFailed: 1, interrupted: 130 } as const;

/** Ctrl-C at `npm start` comes twice, from the terminal and passed on by npm; nobody presses it twice that fast. */
const ECHO_MS = 100;

/** A host that takes calls. */
export interface ReadyHost {
  /** Addresses of the two ports; the same where there is one. */
  readonly invoke: string;
  readonly upload: string;
  readonly layer: LayerName;
  /** Why the native layer is not in use, when it is not. */
  readonly layerReason?: string;
  readonly threads: number;
  /** Whether every request needs a token. */
  readonly needsToken: boolean;
}

/** What to serve with; everything has a default. */
export interface ServeOptions {
  /** Settings; default: the environment of this process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What is printed on the standard output when the host is ready. */
  readonly announce?: (host: ReadyHost) => string;
}

/**
 * Runs the server in this process: reads the configuration, starts the runtime, prints where it listens, and stops on
 * SIGTERM or SIGINT. Ends the process: 0 after a clean stop, 1 when it could not start, 130 on a second signal.
 */
export async function serve({ environment = process.env, announce = readyText }: ServeOptions = {}): Promise<void> {
  try {
    const config = loadConfig(environment);
    const log = openLog(config);
    for (const name of unknownVariables(environment)) log.warn?.('unknown-setting', { name, hint: 'it has no effect' });
    const { runtime, server, auth } = await start(config, log);
    stopOnSignals(runtime, server, log);
    log.info?.('ready', { invoke: server.invoke.url, upload: server.upload.url });
    const { layer, layerReason, threads } = runtime.info();
    const reason = layerReason === undefined ? {} : { layerReason };
    const addresses = { invoke: server.invoke.url, upload: server.upload.url };
    console.log(announce({ ...addresses, layer, threads, needsToken: auth === 'tokens', ...reason }));
    void reportStores(runtime, log);
  } catch (error) {
    const { code, message } = toFaasmError(error);
    console.error(`Faasm cannot start (${code}):\n${message}`);
    process.exit(EXIT.startFailed);
  }
}

/** A host starts without its stores, because they may come back; somebody should know of it before the first call fails. */
async function reportStores(runtime: Runtime, log: Logger): Promise<void> {
  try {
    await runtime.ready();
  } catch (error) {
    const { code, message } = toFaasmError(error);
    log.warn?.('not-ready', { code, reason: message });
  }
}

interface Started {
  readonly runtime: Runtime;
  readonly server: StandaloneServer;
  readonly auth: AuthMode;
}

async function start(config: Config, log: Logger): Promise<Started> {
  const runtime = await createRuntime({ ...config, logger: log });
  try {
    const auth = await admissionOf(config, runtime);
    return { runtime, server: await startServer(config, { runtime, log, auth }), auth };
  } catch (error) {
    await runtime.close({ graceMs: 0 });
    throw error;
  }
}

function stopOnSignals(runtime: Runtime, server: StandaloneServer, log: Logger): void {
  let stoppingSince: number | undefined;
  const stop = async (signal: string): Promise<void> => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > ECHO_MS) exitAtOnce(EXIT.interrupted);
      return;
    }
    stoppingSince = performance.now();
    log.info?.('stopping', { signal, hint: 'finishing the calls that were accepted; send it again to stop at once' });
    await server.stop();
    log.info?.('stopped');
    // A thread that could not be ended would be waited for.
    if (runtime.info().threads > 0) exitAtOnce(EXIT.stopped);
    process.exit(EXIT.stopped);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

function readyText({ invoke, upload, layer, layerReason, threads }: ReadyHost): string {
  const why = layerReason === undefined ? '' : ` (${layerReason})`;
  return `
Faasm is ready
  calls             ${invoke}
  functions, state  ${upload}
  memory layer      ${layer}${why}, ${threads} thread${threads === 1 ? '' : 's'}

Try
  curl -X PUT ${upload}/f/demo/hello -T build/func/demo/hello.wasm
  curl -X POST ${invoke} -d '{"user":"demo","function":"hello"}'
`;
}
