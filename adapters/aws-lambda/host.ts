import {
  createRuntime,
  objectReader,
  type PlatformHost,
  type PlatformRequest,
  platformHost,
  type Runtime,
  toFaasmError,
} from '../../src/index.ts';
import { type LambdaAdapter, lambdaAdapters } from './adapters.ts';
import { adapterFor, answerEvent } from './answering.ts';
import { type Invocation, platformContext } from './invocation.ts';
import { LAMBDA } from './limits.ts';
import { type LambdaLog, lambdaLog } from './log.ts';
import { isOwnObject, type LambdaSettings } from './settings.ts';
import { type AnswerSink, sendAnswer, streamAnswer } from './streaming.ts';

/** Answers events of Lambda. */
export interface LambdaHost {
  /** The answer; rejects where the event's kind wants an error of the handler. Nothing runs once it is there. */
  invoke(event: unknown, invocation: Invocation): Promise<unknown>;
  /** Sends the answer to `sink` as it comes, whole where the event's kind wants it whole. Rejects like `invoke`. */
  stream(event: unknown, invocation: Invocation, sink: AnswerSink): Promise<void>;
}

/** What Node, the stacks of threads and the code take of a Lambda function's memory, as a part of it. */
const OWN_MEMORY = 0.3;
/** Threads that a host may have for each that it keeps; AWS counts all of them. */
const THREADS_FACTOR = 8;

/** Starts the runtime that the settings describe, and waits until its threads are ready. */
export async function startHost(settings: LambdaSettings): Promise<LambdaHost> {
  const { config, memoryBytes, component } = settings;
  const log = lambdaLog(config);
  const budgetBytes = config.budgets.memoryBytes || Math.floor((memoryBytes ?? 0) * (1 - OWN_MEMORY));
  const runtime = await createRuntime({
    ...config,
    threads: Math.min(config.threads, LAMBDA.maxThreads / THREADS_FACTOR),
    budgets: { ...config.budgets, memoryBytes: budgetBytes },
    logger: log.logger,
  });
  announce(runtime, log);
  const host = platformHost(runtime, {
    bodies: config.maxBodyBytes,
    platform: `AWS Lambda, node ${process.versions.node}`,
    readObject: objectReader(config.store),
    callEnded: log.callEnded,
  });
  const adapters = lambdaAdapters({ isOwn: isOwnObject(config), ...(component === undefined ? {} : { component }) });
  return lambdaHost(host, adapters, log);
}

function lambdaHost(host: PlatformHost, adapters: readonly LambdaAdapter[], log: LambdaLog): LambdaHost {
  return {
    invoke: (event, invocation) =>
      log.during(invocation.requestId, () => answerEvent(adapterFor(adapters, event), host, event, invocation)),
    stream: (event, invocation, sink) =>
      log.during(invocation.requestId, async () => {
        const adapter = adapterFor(adapters, event);
        const request = adapter.capabilities.streaming ? readRequest(adapter, event, invocation) : undefined;
        if (request === undefined) await sendAnswer(sink, await answerEvent(adapter, host, event, invocation));
        else await streamAnswer(host, request, { invocation, sink, maxBytes: adapter.capabilities.maxStreamBytes });
      }),
  };
}

/** The one request of an HTTP event; undefined when it is malformed. */
function readRequest(adapter: LambdaAdapter, event: unknown, invocation: Invocation): PlatformRequest | undefined {
  try {
    return adapter.toRequests(event, platformContext(invocation))[0];
  } catch (error) {
    if (toFaasmError(error).code === 'BAD_REQUEST') return undefined;
    throw error;
  }
}

function announce(runtime: Runtime, { logger }: LambdaLog): void {
  const { layer, layerReason, store, threads } = runtime.info();
  logger.info?.('ready', { layer, layerReason, store, threads, node: process.versions.node });
}
