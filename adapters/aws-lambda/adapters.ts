import type { ObjectLocation, PlatformAdapter } from '../../src/index.ts';
import { ALB } from './events/alb.ts';
import { type Component, componentAdapter } from './events/component.ts';
import { DIRECT } from './events/direct.ts';
import { EVENT_BRIDGE } from './events/event-bridge.ts';
import { HTTP_V2 } from './events/http-v2.ts';
import { REST_V1 } from './events/rest-v1.ts';
import { s3Adapter } from './events/s3.ts';
import { SNS } from './events/sns.ts';
import { SQS } from './events/sqs.ts';

/** An adapter of events that nobody has looked at. */
export type LambdaAdapter = PlatformAdapter<unknown, unknown>;

/** What decides how events are read. */
export interface AdapterOptions {
  /** Which of Faasm's lambdas this one is; absent: the one that takes calls, dispatch. */
  readonly component?: Component;
  /** Whether an object belongs to the host's own store: it is nobody's upload. */
  readonly isOwn: (object: ObjectLocation) => boolean;
}

/** An adapter for each kind of event; at most one of them can handle an event. */
export function lambdaAdapters({ component, isOwn }: AdapterOptions): readonly LambdaAdapter[] {
  const messages = component === undefined ? [componentAdapter(undefined), DIRECT] : [componentAdapter(component)];
  const adapters = [HTTP_V2, REST_V1, ALB, SQS, SNS, s3Adapter(isOwn), EVENT_BRIDGE, ...messages];
  // Each handles only events that its own canHandle has let in.
  return adapters as readonly LambdaAdapter[];
}
