import { type ErrorCode, toFaasmError } from '../core/errors.ts';
import type { GlobalState } from '../core/global-state.ts';

/** `state`, with every request told to `request`: what it was, and the code of its error if it failed. */
export function observedGlobalState(
  state: GlobalState,
  request: (operation: string, code?: ErrorCode) => void,
): GlobalState {
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
    name: state.name,
    stat: (...args) => observed('stat', state.stat(...args)),
    read: (...args) => observed('read', state.read(...args)),
    write: (...args) => observed('write', state.write(...args)),
    writeRanges: (...args) => observed('writeRanges', state.writeRanges(...args)),
    remove: (...args) => observed('remove', state.remove(...args)),
    list: (...args) => observed('list', state.list(...args)),
    append: (...args) => observed('append', state.append(...args)),
    readAppended: (...args) => observed('readAppended', state.readAppended(...args)),
    clearAppended: (...args) => observed('clearAppended', state.clearAppended(...args)),
    add: (...args) => observed('add', state.add(...args)),
    compareAndSet: (...args) => observed('compareAndSet', state.compareAndSet(...args)),
    lock: (...args) => observed('lock', state.lock(...args)),
    renew: (...args) => observed('renew', state.renew(...args)),
    unlock: (...args) => observed('unlock', state.unlock(...args)),
    check: () => observed('check', state.check()),
    close: () => state.close(),
  };
}
