import type { S3Event, S3EventRecord } from 'aws-lambda';
import {
  FaasmError,
  type ObjectLocation,
  type PlatformAdapter,
  type PlatformContext,
  type PlatformRequest,
} from '../../../src/index.ts';
import { LAMBDA_EVENT } from '../limits.ts';
import { recordSource, recordsOf, textAt, valueAt } from './fields.ts';
import { failed, handlerError, responseError } from './message.ts';

/** What became of the objects of an event. */
export interface StoredObjects {
  /** Keys of the objects that are functions or state now. */
  readonly uploaded: readonly string[];
  /** Keys of what the event also named: objects that were removed, and the host's own. */
  readonly ignored: readonly string[];
}

const FUNCTION_KEY = /^(?:wasm\/)?([^/]+)\/([^/]+)\/function\.wasm$/;
const STATE_KEY = /^([^/]+)\/(.+)$/s;

/**
 * Objects that were stored in a bucket: `wasm/<user>/<function>/function.wasm` (the first part may be absent) is uploaded
 * as a function, any other `<user>/<key>` as state, as Faasm's lambdas for codegen and state did.
 */
export function s3Adapter(isOwn: (object: ObjectLocation) => boolean): PlatformAdapter<S3Event, StoredObjects> {
  const wanted = (event: S3Event): readonly S3EventRecord[] =>
    event.Records.filter((record) => record.eventName.startsWith('ObjectCreated:') && !isOwn(locationOf(record)));
  return {
    name: 's3',
    capabilities: LAMBDA_EVENT,
    canHandle: (event): event is S3Event => recordSource(event) === 'aws:s3',
    toRequests(event, context) {
      for (const record of recordsOf(event)) checkRecord(record);
      return wanted(event).map((record) => uploadRequest(locationOf(record), context));
    },
    fromResponses(event, responses) {
      // S3 sends the whole event again: what was uploaded is uploaded once more, to the same effect.
      const failure = responses.find(failed);
      if (failure !== undefined) throw responseError(failure);
      const uploaded = wanted(event);
      const ignored = event.Records.filter((record) => !uploaded.includes(record));
      return { uploaded: uploaded.map(keyOf), ignored: ignored.map(keyOf) };
    },
    onError(_, error) {
      throw handlerError(error);
    },
  };
}

function uploadRequest(object: ObjectLocation, { traceparent }: PlatformContext): PlatformRequest {
  return {
    method: 'PUT',
    path: uploadPath(object.key),
    query: '',
    headers: { accept: 'application/json', ...(traceparent === undefined ? {} : { traceparent }) },
    body: object,
    trusted: true,
  };
}

function uploadPath(key: string): string {
  const [, owner = '', name = ''] = FUNCTION_KEY.exec(key) ?? [];
  if (name !== '') return `/f/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
  const [, user = '', stateKey = ''] = STATE_KEY.exec(key) ?? [];
  if (stateKey !== '') return `/s/${encodeURIComponent(user)}/${stateKey.split('/').map(encodeURIComponent).join('/')}`;
  throw new FaasmError(
    'BAD_REQUEST',
    `The object ${key} is neither a function (wasm/<user>/<function>/function.wasm) nor state (<user>/<key>).`,
  );
}

function checkRecord(record: unknown): void {
  textAt(record, 'eventName');
  textAt(record, 's3.bucket.name');
  decodeKey(textAt(record, 's3.object.key'));
}

function locationOf(record: S3EventRecord): ObjectLocation {
  const { bucket, object } = record.s3;
  const { versionId, size } = object;
  return {
    bucket: bucket.name,
    key: keyOf(record),
    ...(typeof versionId === 'string' ? { version: versionId } : {}),
    ...(typeof valueAt(object, 'size') === 'number' ? { sizeBytes: size } : {}),
  };
}

function keyOf(record: S3EventRecord): string {
  return decodeKey(record.s3.object.key);
}

/** Keys come encoded like the fields of a form. Throws `BAD_REQUEST`. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new FaasmError(
      'BAD_REQUEST',
      `The event is malformed: the key ${JSON.stringify(key)} is not percent-encoded.`,
    );
  }
}
