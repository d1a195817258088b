import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { ErrorCode } from './core/errors.ts';
import type { ObjectStore } from './core/object-store.ts';
import type { FileStore, FunctionStore, TokenStore } from './core/ports.ts';
import { withAdminToken } from './stores/admin-token.ts';
import { type CodeCache, codeCache } from './stores/code-cache.ts';
import { fileStore } from './stores/file-store.ts';
import { folderObjectStore } from './stores/folder-object-store.ts';
import { functionStore } from './stores/function-store.ts';
import { memoryObjectStore } from './stores/memory-object-store.ts';
import { observedObjectStore } from './stores/observed-object-store.ts';
import type { S3Server } from './stores/s3-client.ts';
import type { S3ObjectReader } from './stores/s3-object-reader.ts';
import { tokenStore } from './stores/token-store.ts';

/** Where functions, shared files and tokens are kept. As the settings of the same names. */
export interface StoreOptions {
  readonly kind: 'folder' | 'memory' | 's3';
  readonly folder?: string;
  readonly bucket?: string;
  readonly prefix?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly pathStyle?: 'auto' | 'false' | 'true';
  readonly cacheFolder?: string;
  readonly cacheBytes?: number;
  readonly refreshMs?: number;
  readonly versionsKept?: number;
  readonly loadedFunctions?: number;
  readonly fileCacheBytes?: number;
}

/** What a host keeps things in. */
export interface RuntimeStores {
  readonly objects: ObjectStore;
  readonly functions: FunctionStore;
  readonly files: FileStore;
  readonly tokens: TokenStore;
}

/** What {@link openStores} needs besides the options of the store. */
export interface OpenStoresOptions {
  readonly store: StoreOptions;
  readonly refreshMs: number;
  /** Empty or absent: none. */
  readonly adminToken?: string;
  /** Told every request to the store, and its error if it failed. */
  readonly request: (operation: string, code?: ErrorCode) => void;
  /** The folder for cached code cannot be used; the host goes on without it. */
  readonly cacheTrouble: (error: unknown) => void;
}

/** Where a host keeps what it keeps in folders, unless it is told otherwise. */
export const DEFAULT_FOLDER = '.faasm';
const CACHE_BYTES = 1024 ** 3;

/** Opens the stores that were chosen. Nothing is asked of them yet. */
export async function openStores(options: OpenStoresOptions): Promise<RuntimeStores> {
  const { store, refreshMs } = options;
  const objects = observedObjectStore(await openObjects(store), options.request);
  const tokens = tokenStore({ objects, refreshMs });
  return {
    objects,
    functions: functionStore({ objects, ...(store.kind === 's3' ? { cache: openCache(store, options) } : {}) }),
    files: fileStore({ objects }),
    tokens: options.adminToken ? withAdminToken(tokens, options.adminToken) : tokens,
  };
}

async function openObjects(store: StoreOptions): Promise<ObjectStore> {
  if (store.kind === 'memory') return memoryObjectStore();
  if (store.kind === 'folder') return folderObjectStore({ folder: resolve(store.folder || DEFAULT_FOLDER) });
  // Loaded only here: the client takes longer to load than all the rest of the host.
  const { s3ObjectStore } = await import('./stores/s3-object-store.ts');
  const { bucket = '', prefix } = store;
  return s3ObjectStore({ bucket, ...(prefix ? { prefix } : {}), ...s3Server(store) });
}

/** Reads objects of any bucket of the S3 service that `store` names. Nothing is loaded before the first one is read. */
export function objectReader(store: StoreOptions): S3ObjectReader['read'] {
  let reader: Promise<S3ObjectReader> | undefined;
  return async (object, maxBytes) => {
    reader ??= import('./stores/s3-object-reader.ts').then(({ s3ObjectReader }) => s3ObjectReader(s3Server(store)));
    return (await reader).read(object, maxBytes);
  };
}

function s3Server({ endpoint, region, pathStyle = 'auto' }: StoreOptions): S3Server {
  return {
    ...(endpoint ? { endpoint } : {}),
    ...(region ? { region } : {}),
    pathStyle: pathStyle === 'auto' ? Boolean(endpoint) : pathStyle === 'true',
  };
}

function openCache({ cacheFolder, cacheBytes }: StoreOptions, { cacheTrouble }: OpenStoresOptions): CodeCache {
  // Others may write there, too: whatever is read is verified.
  const folder = cacheFolder || join(tmpdir(), `faasm-cache-${userInfo().uid}`);
  return codeCache({ folder: resolve(folder), maxBytes: cacheBytes ?? CACHE_BYTES, trouble: cacheTrouble });
}
