import { type ErrorCode, toFaasmError } from '../core/errors.ts';

/** Is told of every request to a store: what it was, and the code of its error if it failed. */
export type RequestObserver = (operation: string, code?: ErrorCode) => void;

/** Tells `request` how each `work` that it is given ends, and passes its result or its error on. */
export function observing(request: RequestObserver): <T>(operation: string, work: Promise<T>) => Promise<T> {
  return async (operation, work) => {
    try {
      const result = await work;
      request(operation);
      return result;
    } catch (error) {
      request(operation, toFaasmError(error).code);
      throw error;
    }
  };
}
