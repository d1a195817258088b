import type { PlatformCapabilities } from '../../src/index.ts';

const MIB = 1024 * 1024;

/** What AWS Lambda allows events that are answered in one piece: AWS counts the JSON of event and answer. */
export const LAMBDA: PlatformCapabilities = {
  background: false,
  streaming: false,
  maxEventBytes: 6 * MIB,
  // AWS's own number, in its error for answers that are larger.
  maxAnswerBytes: 6_291_556,
  maxStreamBytes: 0,
  maxThreads: 1024,
  layers: ['native', 'portable'],
};

/** Function URLs and API Gateway can send answers as they come. */
export const LAMBDA_HTTP: PlatformCapabilities = { ...LAMBDA, streaming: true, maxStreamBytes: 200 * MIB };

/** A load balancer passes less. */
export const LAMBDA_ALB: PlatformCapabilities = { ...LAMBDA, maxEventBytes: MIB, maxAnswerBytes: MIB };

/** Lambda's own asynchronous events: nobody reads their answers. */
export const LAMBDA_EVENT: PlatformCapabilities = { ...LAMBDA, maxEventBytes: MIB };
