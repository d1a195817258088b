import {
  type Config,
  createRuntime,
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

/**
 * Runs the server in this process: reads the configuration, starts the runtime, prints where it listens, and stops on
 * SIGTERM or SIGINT. Ends the process: 0 after a clean stop, 1 when it could not start, 130 on a second signal.
 */
export async function serve(): Promise<void> {
  try {
    const config = loadConfig();
    const log = openLog(config);
    for (const name of unknownVariables()) log.warn?.('unknown-setting', { name, hint: 'it has no effect' });
    const { runtime, server } = await start(config, log);
    stopOnSignals(server, log);
    log.info?.('ready', { invoke: server.invoke.url, upload: server.upload.url });
    console.log(readyText(server, runtime));
  } catch (error) {
    const { code, message } = toFaasmError(error);
    console.error(`Faasm cannot start (${code}):\n${message}`);
    process.exit(EXIT.startFailed);
  }
}

async function start(config: Config, log: Logger): Promise<{ server: StandaloneServer; runtime: Runtime }> {
  const runtime = await createRuntime({ ...config, logger: log });
  try {
    const auth = await admissionOf(config, runtime);
    return { runtime, server: await startServer(config, { runtime, log, auth }) };
  } catch (error) {
    await runtime.close({ graceMs: 0 });
    throw error;
  }
}

function stopOnSignals(server: StandaloneServer, log: Logger): void {
  let stoppingSince: number | undefined;
  const stop = async (signal: string): Promise<void> => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > ECHO_MS) process.exit(EXIT.interrupted);
      return;
    }
    stoppingSince = performance.now();
    log.info?.('stopping', { signal, hint: 'finishing the calls that were accepted; send it again to stop at once' });
    await server.stop();
    log.info?.('stopped');
    process.exit(EXIT.stopped);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

function readyText(server: StandaloneServer, runtime: Runtime): string {
  const { layer, layerReason, threads } = runtime.info();
  const { invoke, upload } = server;
  const why = layerReason === undefined ? '' : ` (${layerReason})`;
  return `
Faasm is ready
  calls             ${invoke.url}
  functions, state  ${upload.url}
  memory layer      ${layer}${why}, ${threads} thread${threads === 1 ? '' : 's'}

Try
  curl -X PUT ${upload.url}/f/demo/hello -T build/func/demo/hello.wasm
  curl -X POST ${invoke.url} -d '{"user":"demo","function":"hello"}'
`;
}
