import { FaasmError, type PlatformAdapter, type PlatformRequest, type PlatformResponse } from '../../../src/index.ts';
import { LAMBDA } from '../limits.ts';
import { type Fields, isFields, optionalTextAt, textAt } from './fields.ts';
import { failed, handlerError, responseError } from './message.ts';

/** The Lambda functions that Faasm consisted of; the fifth, dispatch, is the form of events without a target. */
export type Component = 'worker' | 'state' | 'redis';

/** What a target asks of its component. */
interface Target {
  readonly component: Component;
  /** Throws `NOT_SUPPORTED` for what needs Redis, and `BAD_REQUEST`. */
  request(event: Fields): PlatformRequest;
  readonly done: string;
}

const REDIS_TARGETS = ['flush-all', 'flush-queue', 'worker-count'];

const TARGETS: Readonly<Record<string, Target>> = {
  'func-codegen': { component: 'worker', request: codegenRequest, done: 'Codegen finished' },
  'python-codegen': { component: 'worker', request: () => unsupported('Python functions'), done: '' },
  'state-upload': { component: 'state', request: stateRequest, done: 'State uploaded' },
  ...Object.fromEntries(
    REDIS_TARGETS.map((name) => [name, { component: 'redis', request: () => unsupported(`Target ${name}`), done: '' }]),
  ),
};

/** What a component does without being told. */
const USUAL_TARGETS: Readonly<Partial<Record<Component, string>>> = { state: 'state-upload' };

/**
 * Events of Faasm's own lambdas: `{"target": …}`, and any object once the Lambda function has been made one of those
 * components (FAASM_COMPONENT). What only makes sense with Redis is refused.
 */
export function componentAdapter(component: Component | undefined): PlatformAdapter<Fields, string> {
  return {
    name: 'component',
    capabilities: LAMBDA,
    canHandle(event): event is Fields {
      if (!isFields(event) || 'Records' in event || 'requestContext' in event || 'detail-type' in event) return false;
      return component !== undefined || 'target' in event;
    },
    toRequests: (event) => [targetOf(event, component).request(event)],
    fromResponses(event, [response]) {
      if (failed(response as PlatformResponse)) throw responseError(response as PlatformResponse);
      return targetOf(event, component).done;
    },
    onError(_, error) {
      throw handlerError(error);
    },
  };
}

/** What `event` is after. Throws `NOT_SUPPORTED`, and `BAD_REQUEST` in Faasm's words. */
function targetOf(event: Fields, component: Component | undefined): Target {
  const name = optionalTextAt(event, 'target') ?? (component === undefined ? undefined : USUAL_TARGETS[component]);
  if (name === undefined && component === 'worker') unsupported('Taking calls from the global queue');
  if (name === undefined) throw new FaasmError('BAD_REQUEST', 'Must provide a target for the function');
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (target !== undefined && (component ?? target.component) === target.component) return target;
  const message = component === 'worker' ? 'Unrecognised worker request type' : `Unrecognised target: ${name}`;
  throw new FaasmError('BAD_REQUEST', message);
}

/** Code is derived when it is uploaded: it is left to say whether the function is there. */
function codegenRequest(event: Fields): PlatformRequest {
  const user = encodeURIComponent(textAt(event, 'user'));
  const name = encodeURIComponent(textAt(event, 'function'));
  return trusted('GET', `/v1/functions/${user}/${name}`, new Uint8Array(0));
}

/** Faasm's message for it: the key is where messages have the function. */
function stateRequest(event: Fields): PlatformRequest {
  const user = textAt(event, 'user');
  const key = textAt(event, 'function');
  const path = `/s/${encodeURIComponent(user)}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return trusted('PUT', path, { bucket: textAt(event, 'bucket'), key: `${user}/${key}` });
}

function trusted(method: string, path: string, body: PlatformRequest['body']): PlatformRequest {
  return { method, path, query: '', headers: { accept: 'application/json' }, body, trusted: true };
}

function unsupported(what: string): never {
  throw new FaasmError('NOT_SUPPORTED', `${what}: this host does not support that; it has no Redis.`);
}
