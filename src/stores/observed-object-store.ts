import { type ErrorCode, toFaasmError } from '../core/errors.ts';
import type { ObjectStore } from '../core/object-store.ts';

/** `store`, with every request told to `request`: what it was, and the code of its error if it failed. */
export function observedObjectStore(
  store: ObjectStore,
  request: (operation: string, code?: ErrorCode) => void,
): ObjectStore {
  const observed = async <T>(operation: string, work: Promise<T>): Promise<T> => {
    try {
      const result = await work;
      request(operation);
      return result;
    } catch (error) {
      request(operation, toFaasmError(error).code);
      throw error;
    }
  };
  return {
    name: store.name,
    put: (key, bytes) => observed('put', store.put(key, bytes)),
    get: (key) => observed('get', store.get(key)),
    stat: (key) => observed('stat', store.stat(key)),
    list: (prefix) => observed('list', store.list(prefix)),
    remove: (key) => observed('remove', store.remove(key)),
    check: () => observed('check', store.check()),
    close: () => store.close(),
  };
}
