import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { type CallRequest, type CallResult, type Config, createLogger, type Logger } from '../../src/index.ts';

const STDOUT = 1;
/** Characters of a function's log in one line; the logger cuts what is longer. */
const PART_CHARS = 1_500;

/** The log of a Lambda function: a JSON object a line on standard output, from where AWS takes it. */
export interface LambdaLog {
  readonly logger: Logger;
  /** Runs `work` as what AWS calls `requestId`: its lines say so. */
  during<T>(requestId: string, work: () => Promise<T>): Promise<T>;
  /** Tells what a call has come to, and what it wrote to its log. */
  callEnded(call: CallRequest, result: CallResult): void;
}

export function lambdaLog({ logLevel }: Pick<Config, 'logLevel'>): LambdaLog {
  const requests = new AsyncLocalStorage<string>();
  const logger = createLogger({ level: logLevel, format: 'json', write: writeLine });
  return {
    logger,
    during: (requestId, work) => requests.run(requestId, work),
    callEnded({ user, function: name }, { id, status, error, log, start, times }) {
      const about = { requestId: requests.getStore(), call: id, function: `${user}/${name}` };
      for (const text of parts(log)) logger.info?.('function-log', { ...about, text });
      const outcome = { ...about, status, code: error?.code, start, runMs: Math.round(times.runMs) };
      if (status === 'failed') logger.warn?.('call', { ...outcome, reason: error?.message });
      else logger.debug?.('call', outcome);
    },
  };
}

/** A function's log in pieces that fit into a line each. */
function* parts(log: Uint8Array): Generator<string> {
  const text = new TextDecoder().decode(log);
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PART_CHARS, text.length);
    // Not between the halves of a character.
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
}

/** At once: a line that waits in this process is lost, or late, when the sandbox is frozen. */
function writeLine(line: string): void {
  try {
    writeSync(STDOUT, `${line}\n`);
  } catch {
    // Whoever reads it is slow: the stream keeps what it cannot write yet.
    process.stdout.write(`${line}\n`);
  }
}
