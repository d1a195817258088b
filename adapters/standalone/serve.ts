import { createRuntime, loadConfig, type Runtime, toFaasmError, unknownVariables } from '../../src/index.ts';
import { type StandaloneServer, startServer } from './server.ts';

/** Exit codes of the server process. */
export const EXIT = { stopped: 0, startFailed: 1, interrupted: 130 } as const;

/**
 * Runs the server in this process: reads the configuration, starts the runtime, prints where it listens, and stops on
 * SIGTERM or SIGINT. Ends the process: 0 after a clean stop, 1 when it could not start, 130 on a second signal.
 */
export async function serve(print: (line: string) => void = console.log): Promise<void> {
  let running: { readonly server: StandaloneServer; readonly runtime: Runtime };
  try {
    running = await start(print);
  } catch (error) {
    const { code, message } = toFaasmError(error);
    console.error(`faasm: cannot start (${code})\n${message}`);
    process.exit(EXIT.startFailed);
  }
  stopOnSignals(running.server, print);
  for (const line of readyLines(running.server, running.runtime)) print(line);
}

async function start(print: (line: string) => void): Promise<{ server: StandaloneServer; runtime: Runtime }> {
  const config = loadConfig();
  for (const name of unknownVariables()) print(`faasm: ${name} is no setting and has no effect`);
  const runtime = await createRuntime(config);
  try {
    return { runtime, server: await startServer(config, runtime) };
  } catch (error) {
    await runtime.close({ graceMs: 0 });
    throw error;
  }
}

function stopOnSignals(server: StandaloneServer, print: (line: string) => void): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) process.exit(EXIT.interrupted);
    stopping = true;
    print(`faasm: ${signal}: finishing the calls that were accepted (once more: stop at once)`);
    await server.stop();
    print('faasm: stopped');
    process.exit(EXIT.stopped);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

function readyLines(server: StandaloneServer, runtime: Runtime): readonly string[] {
  const { layer, layerReason, threads } = runtime.info();
  const { invoke, upload } = server;
  const why = layerReason === undefined ? '' : ` (${layerReason})`;
  return [
    '',
    'Faasm is ready',
    `  calls            ${invoke.url}`,
    `  functions, state ${upload.url}`,
    `  memory layer     ${layer}${why}, ${threads} thread${threads === 1 ? '' : 's'}`,
    '',
    'Try',
    `  curl -X PUT ${upload.url}/f/demo/hello -T build/func/demo/hello.wasm`,
    `  curl -X POST ${invoke.url} -d '{"user":"demo","function":"hello"}'`,
    '',
  ];
}
