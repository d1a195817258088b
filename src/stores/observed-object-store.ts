import type { ObjectStore } from '../core/object-store.ts';
import { observing, type RequestObserver } from './observed.ts';

/** `store`, with every request told to `request`. */
export function observedObjectStore(store: ObjectStore, request: RequestObserver): ObjectStore {
  const observed = observing(request);
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
