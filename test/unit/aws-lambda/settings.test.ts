import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isOwnObject, lambdaSettings } from '../../../adapters/aws-lambda/settings.ts';
import { temporaryFolder } from '../../support/store-folder.ts';

describe('settings of a Lambda function', () => {
  it('keep functions in the bucket that is named, in the region of the function', () => {
    const { store } = lambdaSettings({ FAASM_S3_BUCKET: 'functions', AWS_REGION: 'eu-west-1' }).config;
    expect(store).toMatchObject({ kind: 's3', bucket: 'functions', region: 'eu-west-1' });
  });

  it('else in the package if it brings functions, else where everybody can write', () => {
    const root = temporaryFolder();
    const folderIn = (): string => lambdaSettings({ LAMBDA_TASK_ROOT: root }).config.store.folder;
    expect(folderIn()).toBe('/tmp/faasm');
    mkdirSync(join(root, 'functions'));
    expect(folderIn()).toBe(join(root, 'functions'));
    const chosen = lambdaSettings({ LAMBDA_TASK_ROOT: root, FAASM_STORE: 'memory', FAASM_STORE_DIR: '' });
    expect(chosen.config.store.kind).toBe('memory');
  });

  it('take memory and mode from what AWS sets', () => {
    expect(lambdaSettings({})).toMatchObject({ multiConcurrent: false });
    const set = lambdaSettings({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512', AWS_LAMBDA_MAX_CONCURRENCY: '10' });
    expect(set).toMatchObject({ memoryBytes: 512 * 1024 * 1024, multiConcurrent: true });
  });

  it('name one of the components of Faasm', () => {
    expect(lambdaSettings({ FAASM_COMPONENT: 'dispatch' }).component).toBeUndefined();
    expect(lambdaSettings({ FAASM_COMPONENT: 'state' }).component).toBe('state');
    expect(() => lambdaSettings({ FAASM_COMPONENT: 'edge' })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});

describe("the host's own objects", () => {
  const own = (environment: Record<string, string>, bucket: string, key: string): boolean =>
    isOwnObject(lambdaSettings({ FAASM_S3_BUCKET: 'store', ...environment }).config)({ bucket, key });

  it.each([
    [{}, 'store', 'functions/demo/echo', true],
    [{}, 'store', 'wasm/demo/echo/function.wasm', false],
    [{}, 'uploads', 'functions/demo/echo', false],
    [{ FAASM_S3_PREFIX: 'faasm' }, 'store', 'faasm/functions/demo/echo', true],
    [{ FAASM_S3_PREFIX: 'faasm' }, 'store', 'demo/state', false],
    [{ FAASM_STORE: 'memory' }, 'store', 'functions/demo/echo', false],
  ] as const)('with %j, %s/%s: %s', (environment, bucket, key, expected) => {
    expect(own(environment, bucket, key)).toBe(expected);
  });
});
