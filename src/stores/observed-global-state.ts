import type { GlobalState } from '../core/global-state.ts';
import { observing, type RequestObserver } from './observed.ts';

/** `state`, with every request told to `request`. */
export function observedGlobalState(state: GlobalState, request: RequestObserver): GlobalState {
  const observed = observing(request);
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
