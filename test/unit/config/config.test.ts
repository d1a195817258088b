import { describe, expect, it } from '@jest/globals';
import { describeSettings, isLoopback, loadConfig, unknownVariables } from '../../../src/config.ts';

const MIB = 1024 * 1024;

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ invokePort: 8080, uploadPort: 8002, bindHost: '127.0.0.1', layer: 'auto' });
    expect(config.threads).toBeGreaterThan(0);
    expect(config.maxBodyBytes).toEqual({ upload: 64 * MIB, state: 512 * MIB, file: 512 * MIB, invoke: 16 * MIB });
    expect(config.limits.memoryBytes).toBe(128 * MIB);
    expect(config.budgets.memoryBytes).toBe(0);
  });

  it('reads values, with units for sizes', () => {
    const config = loadConfig({
      FAASM_INVOKE_PORT: '0',
      FAASM_THREADS: ' 3 ',
      FAASM_LAYER: 'portable',
      FAASM_MEMORY_BYTES: '64MiB',
      FAASM_OUTPUT_BYTES: '1 kib',
      FAASM_BIND_HOST: '127.1.2.3',
      FAASM_LOG_LEVEL: '',
    });
    expect(config).toMatchObject({ invokePort: 0, threads: 3, layer: 'portable', bindHost: '127.1.2.3' });
    expect(config.limits).toMatchObject({ memoryBytes: 64 * MIB, outputBytes: 1024 });
    expect(config.logLevel).toBe('info');
  });

  it.each([
    ['FAASM_INVOKE_PORT', '65536', '0 to 65535'],
    ['FAASM_INVOKE_PORT', '8080x', 'whole number'],
    ['FAASM_THREADS', '0', '1 to 256'],
    ['FAASM_THREADS', '-1', '1 to 256'],
    ['FAASM_TIMEOUT_MS', '1e3', 'whole number'],
    ['FAASM_TIMEOUT_MS', '99999999999', '2147483647'],
    ['FAASM_MEMORY_BYTES', '12XB', '64MiB'],
    ['FAASM_MEMORY_BYTES', '1', 'at least 64 KiB'],
    ['FAASM_MEMORY_BYTES', '8GiB', 'at most 4 GiB'],
    ['FAASM_LAYER', 'Native', 'auto, native, portable'],
    ['FAASM_BIND_HOST', 'two words', 'an address or name'],
    ['FAASM_STORE', 'S3', 'folder, memory, s3'],
    ['FAASM_S3_ENDPOINT', 'ftp://x', 'a URL'],
    ['FAASM_S3_PREFIX', '../other', 'letters'],
    ['FAASM_STATE', 'disk', 'memory, folder, redis'],
    ['FAASM_REDIS_PREFIX', 'a{b}', 'letters'],
  ])('refuses %s=%s and says what is accepted', (name, value, accepted) => {
    const load = (): unknown => loadConfig({ [name]: value });
    expect(load).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    for (const part of [name, JSON.stringify(value), accepted]) expect(load).toThrow(part);
  });

  it('names every bad value at once', () => {
    const load = (): unknown => loadConfig({ FAASM_THREADS: 'x', FAASM_LAYER: 'y', FAASM_LOG_BYTES: 'z' });
    for (const name of ['FAASM_THREADS', 'FAASM_LAYER', 'FAASM_LOG_BYTES']) expect(load).toThrow(name);
  });

  it('never shows a secret that it refuses', () => {
    const load = (): unknown => loadConfig({ FAASM_ADMIN_TOKEN: 'too-short' });
    expect(load).toThrow('FAASM_ADMIN_TOKEN is not accepted: use 16 to 512');
    expect(load).not.toThrow('too-short');
  });

  it('asks for the bucket where S3 is the store', () => {
    expect(() => loadConfig({ FAASM_STORE: 's3' })).toThrow('FAASM_S3_BUCKET is not set');
    const config = loadConfig({ FAASM_STORE: 's3', FAASM_S3_BUCKET: 'functions' });
    expect(config.store).toMatchObject({ kind: 's3', bucket: 'functions', pathStyle: 'auto' });
  });

  it('asks for the address where Redis has the state, and never shows its password', () => {
    expect(() => loadConfig({ FAASM_STATE: 'redis' })).toThrow('FAASM_REDIS_URL is not set');
    const config = loadConfig({ FAASM_STATE: 'redis', FAASM_REDIS_URL: 'redis://:secret@redis' });
    expect(config.state).toMatchObject({ kind: 'redis', redisUrl: 'redis://:secret@redis', redisPrefix: 'faasm' });
    const load = (): unknown => loadConfig({ FAASM_REDIS_URL: 'redis://:secret@redis:x' });
    expect(load).toThrow('FAASM_REDIS_URL is not accepted: use redis://');
    expect(load).not.toThrow('secret');
  });

  it('is frozen through and through', () => {
    const config = loadConfig({});
    for (const group of [config, config.limits, config.maxBodyBytes, config.budgets]) {
      expect(Object.isFrozen(group)).toBe(true);
    }
  });
});

describe('describeSettings', () => {
  it('has one row for each value of the configuration, each with its own variable', () => {
    const rows = describeSettings();
    const config = loadConfig({}) as unknown as Record<string, unknown>;
    const names = Object.entries(config).flatMap(([name, value]) =>
      typeof value === 'object' ? Object.keys(value ?? {}).map((inner) => `${name}.${inner}`) : [name],
    );
    expect(rows.map((row) => row.name).sort()).toEqual(names.sort());
    expect(new Set(rows.map((row) => row.env)).size).toBe(rows.length);
    for (const row of rows) expect(row.env).toMatch(/^(FAASM|OTEL)_[A-Z0-9_]+$/);
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.org', false],
    ['localhost.example.org', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});

describe('unknownVariables', () => {
  it('finds misspelt settings, and leaves those of the command line alone', () => {
    expect(unknownVariables({ FAASM_HOST: 'http://x', FAASM_TOKEN: 'y' })).toEqual([]);
    expect(unknownVariables({ FAASM_TIMOUT_MS: '1', FAASM_THREADS: '1', HOME: '/' })).toEqual(['FAASM_TIMOUT_MS']);
  });
});
