import { once } from 'node:events';
import type { AnswerSink } from './streaming.ts';

type HttpResponseStream = awslambda.HttpResponseStream;

/** The stream that Lambda hands to a handler, as a place for answers. */
export function responseStreamSink(stream: HttpResponseStream): AnswerSink {
  let target = stream;
  return {
    head(head) {
      if (head === undefined) stream.setContentType('application/json');
      else target = awslambda.HttpResponseStream.from(stream, { ...head });
      // Lambda writes the head with the first chunk, and there may be none.
      target.write('');
    },
    async write(chunk) {
      if (!target.write(chunk)) await once(target, 'drain');
    },
    end() {
      return new Promise((resolve) => {
        target.once('finish', () => resolve());
        target.end();
      });
    },
  };
}
