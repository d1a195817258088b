import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, FaasmError, loadConfig, type ObjectLocation } from '../../src/index.ts';
import type { Component } from './events/component.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment of a Lambda function says. */
export interface LambdaSettings {
  readonly config: Config;
  /** Memory of the Lambda function in bytes; undefined where AWS does not say. */
  readonly memoryBytes?: number;
  readonly component?: Component;
  /** Events of several clients come at the same time, to several threads (Lambda Managed Instances). */
  readonly multiConcurrent: boolean;
}

const COMPONENTS = ['dispatch', 'worker', 'state', 'redis'];
const MIB = 1024 * 1024;

/**
 * Reads the environment: Faasm's settings, with defaults for Lambda, and what AWS sets. Throws `BAD_REQUEST` with what is
 * not accepted.
 */
export function lambdaSettings(environment: Environment = process.env): LambdaSettings {
  const config = loadConfig({ ...storeDefaults(environment), ...present(environment) });
  const megabytes = Number(environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  const component = componentIn(environment);
  return {
    config,
    ...(megabytes > 0 ? { memoryBytes: megabytes * MIB } : {}),
    ...(component === undefined ? {} : { component }),
    multiConcurrent: environment['AWS_LAMBDA_MAX_CONCURRENCY'] !== undefined,
  };
}

/**
 * Whether an object belongs to the host's store. In the bucket of a store without a prefix only what lies in `wasm/` is
 * somebody's upload: the store's own keys must not become state.
 */
export function isOwnObject({ store }: Config): (object: ObjectLocation) => boolean {
  const prefix = store.prefix.replace(/^\/+|\/+$/g, '');
  return ({ bucket, key }) => {
    if (store.kind !== 's3' || bucket !== store.bucket) return false;
    return prefix === '' ? !key.startsWith('wasm/') : key.startsWith(`${prefix}/`);
  };
}

/** The bucket if one is named; else the folder of functions in the package; else one that ends with the sandbox. */
function storeDefaults(environment: Environment): Environment {
  if (environment['FAASM_S3_BUCKET']) {
    return { FAASM_STORE: 's3', FAASM_S3_REGION: environment['AWS_REGION'] };
  }
  const packaged = join(environment['LAMBDA_TASK_ROOT'] ?? process.cwd(), 'functions');
  return { FAASM_STORE: 'folder', FAASM_STORE_DIR: existsSync(packaged) ? packaged : '/tmp/faasm' };
}

/** Empty variables count as not set. */
function present(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}

function componentIn(environment: Environment): Component | undefined {
  const name = environment['FAASM_COMPONENT'] || 'dispatch';
  if (!COMPONENTS.includes(name)) {
    throw new FaasmError('BAD_REQUEST', `FAASM_COMPONENT is "${name}": use one of ${COMPONENTS.join(', ')}.`);
  }
  return name === 'dispatch' ? undefined : (name as Component);
}
